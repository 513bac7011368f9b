import { artifactsIn, describeDecision, evaluateArtifact, type Decision } from '../lifecycle/index.js';
import { isHoldfastError } from '../errors.js';
import type { VersionKey } from '../model.js';
import type { Actor, SurveyedVersion } from '../ports/index.js';
import { versionArn, type StoreContext } from './context.js';
import { retireAll } from './replicas/free-of-replicas.js';
import { replicaRegions } from './replicas/known-replicas.js';
import { keyText } from './replicas/names.js';
import type { GcItem } from './types.js';

/** How many versions are condemned at the same time. */
const AT_ONCE = 16;

type Expired = Extract<Decision, { action: 'expire' }>;

/**
 * Decides about every version that is not due for removal, and unless it is a dry run condemns what has expired. What
 * somebody began to use meanwhile is kept: condemning asks again.
 */
export async function decideVersions(
  context: StoreContext,
  repository: string,
  actor: Actor,
  dryRun: boolean,
): Promise<GcItem[]> {
  const { catalog } = context.engine;
  const lifecycle = (await catalog.getLifecycle(repository))?.lifecycle;
  const items: GcItem[] = [];
  const expired: Expired[] = [];
  const replicated = await replicaRegions(context, repository);
  for await (const surveyed of artifactsIn(catalog.surveyVersions(repository))) {
    const versions = surveyed.map((version) => withoutReplicas(version, regionsOf(replicated, version)));
    const toItem = describing(context, versions[0]!);
    for (const decision of evaluateArtifact(lifecycle, versions, actor.at)) {
      if (decision.action === 'expire' && !dryRun) expired.push(decision);
      else if (!isDue(decision, actor)) items.push(toItem(decision));
    }
  }
  for (let i = 0; i < expired.length; i += AT_ONCE) {
    const some = expired
      .slice(i, i + AT_ONCE)
      .map((decision) => condemn(context, decision, actor, regionsOf(replicated, decision.version)));
    items.push(...(await Promise.all(some)).flat());
  }
  return items;
}

type Replicated = ReadonlyMap<string, readonly string[]>;

const regionsOf = (replicated: Replicated, version: VersionKey): readonly string[] =>
  replicated.size === 0 ? [] : (replicated.get(keyText(version)) ?? []);

/** A replica keeps its version from being deleted while it is there, and not from expiring. */
function withoutReplicas(version: SurveyedVersion, { length }: readonly string[]): SurveyedVersion {
  return length === 0 ? version : { ...version, pinners: Math.max(0, version.pinners - length) };
}

const isDue = ({ version }: Decision, { at }: Actor): boolean =>
  version.purgeAfter !== undefined && version.purgeAfter <= at;

/**
 * Makes items of the decisions about one artifact. Its ARN is formatted and the reason why versions expire is worded once:
 * among a hundred thousand versions both would take longer than the rest.
 */
function describing({ identity }: StoreContext, first: SurveyedVersion): (decision: Decision) => GcItem {
  const arn = versionArn(identity, first);
  const stem = arn.slice(0, arn.length - String(first.number).length);
  const reasons = new Map<Decision['causes'], string>();
  return (decision) => {
    const { version, action, causes } = decision;
    const reason = reasons.get(causes) ?? describeDecision(decision);
    if (action === 'expire') reasons.set(causes, reason);
    return {
      arn: `${stem}${version.number}`,
      action: action === 'keep' ? 'keep' : 'condemn',
      reason,
      size: version.size,
    };
  };
}

async function condemn(
  context: StoreContext,
  decision: Expired,
  actor: Actor,
  regions: readonly string[],
): Promise<GcItem[]> {
  const purgeAfter = new Date(Date.parse(actor.at) + context.recoveryWindowMs).toISOString();
  const item = describing(context, decision.version)(decision);
  const kept = await keptElsewhere(context, decision.version, regions);
  if (kept !== undefined) return [{ ...item, action: 'keep', reason: kept }];
  const result = await context.engine.catalog.condemnVersion(decision.version, purgeAfter, actor);
  switch (result.outcome) {
    case 'condemned':
      return [{ ...item, reason: `${item.reason}; it can be restored until ${purgeAfter}` }];
    case 'in-use':
      return [{ ...item, action: 'keep', reason: 'somebody has begun to use it' }];
    case 'already-condemned':
      return [{ ...item, action: 'keep', reason: 'somebody else has deleted it' }];
    case 'absent':
      return [];
  }
}

/** Why a version cannot expire although nothing at home speaks against it: its replicas go first, unless their regions use them. */
async function keptElsewhere(
  context: StoreContext,
  version: VersionKey,
  regions: readonly string[],
): Promise<string | undefined> {
  try {
    const [user] = await retireAll(context, version, regions);
    return user && `its replica is in use by ${user.consumer}`;
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return error.message;
  }
}
