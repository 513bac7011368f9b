import { describeCause, evaluateArtifact, type KeepCause } from '../lifecycle/index.js';
import type { Version } from '../model.js';
import { actorOf, type StoreContext } from './context.js';
import { usageEverywhere } from './replicas/usage-everywhere.js';
import { findNamed } from './resolve.js';
import { surveyArtifact } from './survey.js';
import type { Explanation, KeepReason } from './types.js';

/** Every reason why a version is kept. */
export async function explain(context: StoreContext, name: string, repository: string): Promise<Explanation> {
  const { version } = await findNamed(context, name, repository);
  const { usage, replicas } = await usageEverywhere(context, version);
  const used: KeepReason[] = [
    ...usage.references.map((reference) => ({ kind: reference.kind, reference })),
    ...usage.bookmarks.map((bookmark) => ({ kind: 'bookmark' as const, bookmark })),
    ...replicas
      .filter(({ users, doubt }) => users.length > 0 || doubt !== undefined)
      .map((replica): KeepReason => ({ kind: 'replica', ...replica })),
  ];
  if (version.purgeAfter !== undefined) {
    const window: KeepReason = { kind: 'recovery-window', until: version.purgeAfter };
    return { version, reasons: used.length > 0 ? used : [window] };
  }
  const ruled = await ruledReasons(context, version);
  const reasons = used.length > 0 ? [...used, ...ruled.filter(({ kind }) => kind !== 'not-deleted')] : ruled;
  return { version, reasons };
}

/** What the lifecycle says to keep the version, besides its uses; nothing when it lets it expire. */
async function ruledReasons(context: StoreContext, version: Version): Promise<KeepReason[]> {
  const { catalog } = context.engine;
  const lifecycle = (await catalog.getLifecycle(version.repository))?.lifecycle;
  if (lifecycle === undefined) return [{ kind: 'not-deleted' }];
  const versions = await surveyArtifact(context, version.repository, version.id);
  const decision = evaluateArtifact(lifecycle, versions, actorOf(context).at).find(
    (each) => each.version.number === version.number,
  );
  if (decision?.action !== 'keep') return [];
  const former = decision.causes.some(({ kind }) => kind === 'rollback')
    ? await catalog.formerUsesOf(version)
    : [];
  return [
    ...former
      .filter(({ rank }) => rank <= lifecycle.rollback)
      .map((use): KeepReason => ({ kind: 'rollback', former: use, keeps: lifecycle.rollback })),
    ...decision.causes.flatMap(ruleReason),
  ];
}

function ruleReason(cause: KeepCause): KeepReason[] {
  if (cause.kind === 'not-covered') return [{ kind: 'not-deleted' }];
  if (!('rule' in cause)) return [];
  return [{ kind: 'lifecycle', rule: cause.rule, text: describeCause(cause) }];
}
