import { formatArn } from '../../arn/index.js';
import { actorOf, type StoreContext } from '../context.js';
import { pagesOf } from '../pages.js';

/** The deployment and slot of the pins that keep what a rebuild brought back. */
const REBUILD = 'rebuild';

/**
 * Pins an artifact's versions for the artifact itself: until somebody has asked CloudFormation for the references, nobody knows which of
 * them are in use, so that none may be deleted.
 */
export async function holdArtifact(
  context: StoreContext,
  repository: string,
  id: string,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length === 0) return;
  const consumer = formatArn({ type: 'artifact', ...context.identity, repository, id });
  const pins = numbers.map((number) => ({ version: { repository, id, number }, slot: REBUILD }));
  await context.engine.catalog.pin({ ...actorOf(context), consumer, deployment: REBUILD, pins });
}

/** Releases those pins. Returns of how many artifacts. */
export async function releaseRebuilt(context: StoreContext, repository: string | undefined): Promise<number> {
  const { catalog } = context.engine;
  const consumers: string[] = [];
  const all = pagesOf(
    (page) => catalog.listConsumers(page),
    (arn: string) => arn,
  );
  for await (const consumer of all) if (isArtifactOf(consumer, repository)) consumers.push(consumer);
  for (const consumer of consumers) {
    const { revision } = await catalog.getConsumer(consumer);
    await catalog.settle({
      ...actorOf(context),
      ...{ consumer, revision, deployment: REBUILD, references: [], mode: 'add', releasePins: [REBUILD] },
    });
  }
  return consumers.length;
}

const ARTIFACT = /^arn:[^:]+:holdfast:[^:]*:[^:]*:artifact\/(?<repository>[^/]+)\//;

function isArtifactOf(consumer: string, repository: string | undefined): boolean {
  const found = ARTIFACT.exec(consumer)?.groups?.['repository'];
  return found !== undefined && (repository === undefined || found === repository);
}
