import type { VersionKey } from '../../model.js';
import type { StoreContext } from '../context.js';
import { pagesOf } from '../pages.js';
import { keyText, parseReplicaConsumer, type ReplicaConsumer } from './names.js';

/** Every replica that the home catalog knows of, made or being made, in whatever region and repository. */
export async function knownReplicas({ engine, identity }: StoreContext): Promise<ReplicaConsumer[]> {
  const beginning = `arn:${identity.partition}:holdfast:`;
  const replicas: ReplicaConsumer[] = [];
  const consumers = pagesOf(
    (page) => engine.catalog.listConsumers(page),
    (arn: string) => arn,
    beginning,
  );
  for await (const consumer of consumers) {
    // They come in the order of their text.
    if (!consumer.startsWith(beginning)) break;
    const replica = parseReplicaConsumer(consumer);
    if (replica !== undefined) replicas.push(replica);
  }
  return replicas;
}

/** The regions in which versions of a repository have replicas, by the version. */
export async function replicaRegions(
  context: StoreContext,
  repository: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const regions = new Map<string, string[]>();
  for (const { region, version } of await knownReplicas(context)) {
    if (version.repository !== repository) continue;
    const text = keyText(version);
    const known = regions.get(text);
    if (known === undefined) regions.set(text, [region]);
    else known.push(region);
  }
  return regions;
}

/** Versions of one region, grouped. */
export function byRegion(replicas: readonly ReplicaConsumer[]): ReadonlyMap<string, readonly VersionKey[]> {
  const groups = Map.groupBy(replicas, ({ region }) => region);
  return new Map([...groups].map(([region, group]) => [region, group.map(({ version }) => version)]));
}
