import { isHoldfastError, type ArtifactStore } from '../../../src/index.js';
import type { Deed, Said } from '../workers/mortal.js';

/** What a killed worker said that it had done, and what it was doing. */
export class Ledger {
  /** Digests by version ARN. */
  readonly #published = new Map<string, string>();
  readonly #deleted = new Set<string>();
  /** Version ARNs by consumer. */
  readonly #registered = new Map<string, string>();
  readonly #inDoubt: string | undefined;
  /** What the kill came in the middle of; undefined when it came between two deeds. */
  readonly interrupted: Deed | undefined;

  constructor(said: readonly Said[]) {
    for (const line of said) {
      if (line === 'ready' || 'begin' in line) continue;
      if (line.done === 'publish') this.#published.set(line.arn, line.digest);
      if (line.done === 'register') this.#registered.set(line.consumer, line.arn);
      if (line.done === 'delete') this.#deleted.add(line.arn);
    }
    const last = said.at(-1);
    if (last === undefined || last === 'ready' || 'done' in last) return;
    this.interrupted = last.begin;
    if (last.begin === 'delete') this.#inDoubt = last.arn;
  }

  get published(): string[] {
    return [...this.#published.keys()];
  }

  /** Everything in which the store is not as the worker said; empty when nothing acknowledged is lost. */
  async lost(store: ArtifactStore): Promise<string[]> {
    const lost: string[] = [];
    for (const [arn, digest] of this.#published) {
      if (arn === this.#inDoubt) continue;
      const gone = this.#deleted.has(arn);
      const found = await describe(store, arn);
      if (gone && found?.state === 'live') lost.push(`${arn} was deleted and is live`);
      if (!gone && found?.state !== 'live')
        lost.push(`${arn} was published and is ${found?.state ?? 'absent'}`);
      if (!gone && found?.digest !== digest) lost.push(`${arn} has another content`);
    }
    for (const [consumer, arn] of this.#registered) {
      const { references } = await store.usage(arn);
      const held = references.some((use) => use.consumer === consumer && use.kind === 'reference');
      if (!held) lost.push(`${consumer} has lost its reference to ${arn}`);
    }
    return lost;
  }
}

async function describe(
  store: ArtifactStore,
  arn: string,
): Promise<{ state: string; digest: string } | undefined> {
  try {
    return await store.describe(arn);
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'not-found') return undefined;
    throw error;
  }
}
