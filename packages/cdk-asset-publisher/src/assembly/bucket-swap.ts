import { ANY_ASSET, placeholder } from '../placeholders.js';
import type { StockFile } from './stock.js';
import { isMap, type Json } from './types.js';

// The CDK's keys have a SHA-256 in them; those of other synthesizers need not.
const HASH = /[0-9a-f]{64}/;
const HASHES = /[0-9a-f]{64}/g;

/** Puts placeholders where the stock synthesizer put a bootstrap bucket and a key. */
export class BucketSwap {
  readonly #buckets: ReadonlySet<string>;
  /** Placeholders by key, and keys by the hash in them. */
  readonly #keys: ReadonlyMap<string, string>;
  readonly #byHash: ReadonlyMap<string, readonly string[]>;

  constructor(files: readonly StockFile[]) {
    this.#buckets = new Set(files.map(({ bucket }) => bucket));
    this.#keys = new Map(files.map(({ key, asset }) => [key, placeholder('key', asset.token)]));
    this.#byHash = Map.groupBy(this.#keys.keys(), (key) => HASH.exec(key)?.[0] ?? '');
  }

  value(value: Json): Json {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (!isMap(value)) return value;
    const sub = value['Fn::Sub'];
    // The bucket of a stack that does not know its account is `Fn::Sub` of the name alone.
    if (typeof sub === 'string' && Object.keys(value).length === 1 && this.#buckets.has(sub))
      return placeholder('bucket', ANY_ASSET);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, item === undefined ? null : this.value(item)]),
    );
  }

  #text(text: string): string {
    let result = text;
    for (const bucket of this.#buckets) result = result.replaceAll(bucket, placeholder('bucket', ANY_ASSET));
    const hashes = new Set(['', ...(text.match(HASHES) ?? [])]);
    for (const key of [...hashes].flatMap((hash) => this.#byHash.get(hash) ?? []))
      result = result.replaceAll(key, this.#keys.get(key)!);
    return result;
  }
}
