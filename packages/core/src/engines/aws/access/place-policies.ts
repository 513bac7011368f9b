import { HoldfastError } from '../../../errors.js';
import {
  mergeStatements,
  ownerOf,
  ownStatements,
  policyText,
  POLICY_LIMITS,
  type CompiledPolicy,
  type CompiledStatement,
  type CompileTarget,
  type PolicyDocumentText,
} from '../../../policy/index.js';
import type { AccessChange } from '../../../ports/index.js';
import { failureName, translateFailure } from '../failures.js';
import type { PolicyApi, StoredPolicy } from './client.js';

/** A resource policy that a plan is about. */
interface Place {
  readonly place: AccessChange['place'];
  readonly name: string;
  read(api: PolicyApi): Promise<StoredPolicy | undefined>;
  write(api: PolicyApi, change: AccessChange): Promise<void>;
}

/** What the policies of a region say, and would say by what was compiled for it. Only what differs. */
export async function changesIn(
  api: PolicyApi,
  target: CompileTarget,
  compiled: Pick<CompiledPolicy, AccessChange['place']>,
): Promise<AccessChange[]> {
  const changes = await Promise.all(
    placesOf(target).map(async (place) =>
      changeOf(place, await place.read(api), target, compiled[place.place]),
    ),
  );
  return changes.filter((change) => change !== undefined);
}

/** Carries out what is planned for a region. Throws `conflict` where somebody changed a policy since. */
export async function changeIn(
  api: PolicyApi,
  target: CompileTarget,
  changes: readonly AccessChange[],
): Promise<void> {
  const places = placesOf(target);
  for (const change of changes) {
    const place = places.find((it) => it.place === change.place);
    if (place !== undefined) await replace(api, place, change);
  }
}

/** The event bus tells of a store's own events alone: replicas have none. */
function placesOf({
  partition,
  region,
  account,
  bucket,
  table,
  eventBus,
  partitions = '',
}: CompileTarget): Place[] {
  const tableArn = `arn:${partition}:dynamodb:${region}:${account}:table/${table}`;
  const inRegion = partitions === '' ? '' : ` in ${region}`;
  const places: Place[] = [
    {
      place: 'bucket',
      name: `the policy of the bucket "${bucket}"`,
      read: (api) => api.readBucket(bucket),
      write: (api, { text }) => api.writeBucket(bucket, text),
    },
    {
      place: 'table',
      name: `the resource policy of the table "${table}"${inRegion}`,
      read: (api) => api.readTable(tableArn),
      write: (api, { text, revision }) => api.writeTable(tableArn, text, revision),
    },
    {
      place: 'eventBus',
      name: `the policy of the event bus "${eventBus}"`,
      read: (api) => api.readEventBus(eventBus),
      write: (api, { text }) => api.writeEventBus(eventBus, text),
    },
  ];
  return places.filter(({ place }) => partitions === '' || place !== 'eventBus');
}

/** Undefined when the policy says all of it already. */
function changeOf(
  { place, name }: Place,
  stored: StoredPolicy | undefined,
  target: CompileTarget,
  statements: readonly CompiledStatement[],
): AccessChange | undefined {
  const current = stored === undefined ? undefined : readText(stored.text, name);
  const owner = ownerOf(target);
  const own = ownStatements(current, owner) as object[];
  const [added, removed] = [without(statements, own), without(own, statements)];
  if (added.length === 0 && removed.length === 0) return undefined;
  const merged = mergeStatements(current, owner, statements);
  const text = merged === undefined ? undefined : policyText(place, merged);
  const all = merged === undefined ? [] : (merged.Statement as unknown[]);
  return {
    ...{ region: target.region, place, name, added, removed, foreign: all.length - statements.length },
    ...{ size: text === undefined ? 0 : Buffer.byteLength(text), limit: POLICY_LIMITS[place] },
    ...(text === undefined ? {} : { text }),
    ...(stored === undefined ? {} : { before: stored.text }),
    ...(stored?.revision === undefined ? {} : { revision: stored.revision }),
  };
}

function readText(text: string, name: string): PolicyDocumentText {
  try {
    return JSON.parse(text) as PolicyDocumentText;
  } catch (error) {
    throw new HoldfastError('unsupported', `${name} is no JSON that could be added to`, { cause: error });
  }
}

function without(statements: readonly object[], others: readonly object[]): object[] {
  const known = new Set(others.map(canonical));
  return statements.filter((statement) => !known.has(canonical(statement)));
}

/** Services give policies back in their own order, and single values without their lists. */
function canonical(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 1 ? canonical(value[0]) : `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, it]) => `${JSON.stringify(key)}:${canonical(it)}`);
  return `{${entries.sort().join()}}`;
}

/** S3 and EventBridge compare nothing themselves: the policy is read again just before, which leaves an instant. */
async function replace(api: PolicyApi, place: Place, change: AccessChange): Promise<void> {
  const now = await place.read(api);
  if (now?.text !== change.before) throw changedMeanwhile(place);
  try {
    await place.write(api, change);
  } catch (error) {
    if (place.place === 'table' && failureName(error) === 'PolicyNotFoundException')
      throw changedMeanwhile(place);
    if (
      /^(MalformedPolicy|ValidationException|LimitExceededException|AccessDenied)$/.test(failureName(error))
    )
      throw refusedByService(place, error);
    throw translateFailure(error, place.name);
  }
}

function changedMeanwhile({ name }: Place): HoldfastError {
  return new HoldfastError(
    'conflict',
    `${name} was changed by somebody else in the meantime; nothing of it was written over`,
    {
      hint: 'Repeat the command: it looks anew at what is there.',
    },
  );
}

function refusedByService({ name }: Place, error: unknown): HoldfastError {
  const denied = failureName(error) === 'AccessDenied';
  return new HoldfastError(
    denied ? 'access-denied' : 'invalid-input',
    `AWS refused ${name}: ${error instanceof Error ? error.message : 'no reason given'}`,
    {
      hint: denied
        ? 'You need s3:PutBucketPolicy (holdfast policy admin). Blocking public access refuses policies that S3 takes for public as well.'
        : 'A principal that does not exist is what AWS refuses most often.',
      cause: error,
    },
  );
}
