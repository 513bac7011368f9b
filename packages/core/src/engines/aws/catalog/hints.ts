import type { Digest } from '../../../arn/index.js';
import type { VersionKey, VersionRecord } from '../../../model.js';
import type { ContentItem } from './items.js';

/** How many things of each kind are remembered; the oldest go first. */
const REMEMBERED = 10_000;

class Memory<Value> {
  readonly #values = new Map<string, Value>();

  get(...key: readonly (string | number)[]): Value | undefined {
    return this.#values.get(JSON.stringify(key));
  }

  set(value: Value, ...key: readonly (string | number)[]): void {
    const name = JSON.stringify(key);
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size > REMEMBERED) this.#values.delete(this.#values.keys().next().value!);
  }
}

/** What can never change of a version. */
export type VersionFacts = Omit<VersionRecord, 'state' | 'condemnedAt' | 'purgeAfter'>;

/**
 * What this process saw last, so that a transaction can be tried without reading first. Nothing is decided by it: every
 * transaction carries the condition that it still holds. Facts of versions never change, and so may be relied on.
 */
export class Hints {
  readonly #numbers = new Memory<number>();
  readonly #contents = new Memory<ContentItem | undefined>();
  readonly #facts = new Memory<VersionFacts>();

  /** The highest number given in an artifact; 0 is the guess for one that was never seen. */
  lastNumber(repository: string, id: string): number {
    return this.#numbers.get(repository, id) ?? 0;
  }

  sawNumber(repository: string, id: string, last: number): void {
    this.#numbers.set(last, repository, id);
  }

  content(repository: string, digest: Digest): ContentItem | undefined {
    return this.#contents.get(repository, digest);
  }

  sawContent(repository: string, digest: Digest, item: ContentItem | undefined): void {
    this.#contents.set(item, repository, digest);
  }

  facts({ repository, id, number }: VersionKey): VersionFacts | undefined {
    return this.#facts.get(repository, id, number);
  }

  sawVersion(facts: VersionFacts): void {
    const { repository, id, number } = facts;
    this.#facts.set(facts, repository, id, number);
  }
}
