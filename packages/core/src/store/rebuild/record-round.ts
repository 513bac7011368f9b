import { randomUUID } from 'node:crypto';
import type { LeaseInput, NotedVersion, RecordVersionInput } from '../../ports/index.js';
import type { StoreContext } from '../context.js';

/** A version to bring back, and the generation of the copy that is there. */
export interface Wanted {
  readonly version: NotedVersion;
  readonly generation: number;
}

/** `unclear`: the number is another content's, or the copy is one that a sweep removes. */
type Outcome = 'restored' | 'existing' | 'unclear';

/**
 * Records versions of different artifacts under their own numbers. Nothing is recorded under another: a number that is taken already
 * stays whose it is.
 */
export async function recordRound(
  context: StoreContext,
  repository: string,
  wanted: readonly Wanted[],
): Promise<Outcome[]> {
  const { catalog } = context.engine;
  const found = await catalog.findVersions(
    wanted.map(({ version: { id, digest } }) => ({ repository, id, digest })),
  );
  const outcomes = new Map<Wanted, Outcome>();
  for (const [i, one] of wanted.entries()) {
    const { id, number } = one.version;
    const known = found[i];
    if (known !== undefined) outcomes.set(one, known.number === number ? 'existing' : 'unclear');
    else if ((catalog.nextNumber?.(repository, id) ?? Infinity) > number)
      outcomes.set(one, await deletedOr(context, repository, one));
  }
  const rest = wanted.filter((one) => !outcomes.has(one));
  for (const [i, outcome] of (await recordNew(context, repository, rest)).entries()) {
    outcomes.set(rest[i]!, outcome);
  }
  return wanted.map((one) => outcomes.get(one)!);
}

/** The number is taken: by this very version, condemned since, or by another. */
async function deletedOr(
  { engine }: StoreContext,
  repository: string,
  { version }: Wanted,
): Promise<Outcome> {
  const { id, number, digest } = version;
  const there = await engine.catalog.getVersion({ repository, id, number });
  return there?.digest === digest && there.state === 'condemned' ? 'existing' : 'unclear';
}

async function recordNew(
  context: StoreContext,
  repository: string,
  wanted: readonly Wanted[],
): Promise<Outcome[]> {
  if (wanted.length === 0) return [];
  const { catalog } = context.engine;
  await Promise.all(
    wanted
      .filter(({ version: { number } }) => number > 1)
      .map(({ version: { id, number } }) => catalog.reserveNumbers(repository, id, number - 1)),
  );
  const expiresAt = new Date(context.clock().getTime() + context.leaseMs).toISOString();
  const leases = wanted.map(({ version: { digest }, generation }): LeaseInput => ({
    ...{ repository, digest, generation, lease: randomUUID(), expiresAt },
  }));
  const granted = await catalog.leaseContents(leases);
  // What the catalog wants to be uploaded anew is not the copy that is there.
  const usable = wanted.flatMap((one, i) => (granted[i]!.generation === one.generation ? [i] : []));
  const recorded = await catalog.recordVersions(
    usable.map((i) => inputOf(repository, wanted[i]!.version, leases[i]!.lease)),
  );
  const outcomes = wanted.map((): Outcome => 'unclear');
  for (const [at, i] of usable.entries()) {
    const result = recorded[at]!;
    if ('version' in result && result.version.number === wanted[i]!.version.number) {
      outcomes[i] = result.outcome === 'created' ? 'restored' : 'existing';
    }
  }
  for (const [i, lease] of leases.entries()) if (!usable.includes(i)) await catalog.releaseLease(lease);
  return outcomes;
}

function inputOf(repository: string, version: NotedVersion, lease: string): RecordVersionInput {
  const { id, digest, size, treeDigest, mediaType, labels, provenance, publishedBy, publishedAt } = version;
  return {
    ...{ repository, id, digest, size, mediaType, labels, provenance, lease },
    ...{ by: publishedBy, at: publishedAt },
    ...(treeDigest === undefined ? {} : { treeDigest }),
  };
}
