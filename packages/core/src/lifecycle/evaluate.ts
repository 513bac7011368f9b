import type { Instant, Lifecycle, LifecycleRule } from '../model.js';
import type { SurveyedVersion } from '../ports/index.js';

/** One thing that keeps a version. Rules are counted from 1. */
export type KeepCause =
  | { readonly kind: 'referenced' | 'pinned'; readonly count: number }
  | { readonly kind: 'bookmarked'; readonly names: readonly string[] }
  | { readonly kind: 'recovery-window'; readonly until: Instant }
  | { readonly kind: 'rollback'; readonly rank: number; readonly keeps: number }
  | { readonly kind: 'last'; readonly rule: number; readonly keeps: number }
  | { readonly kind: 'published' | 'released'; readonly rule: number; readonly until: Instant }
  | { readonly kind: 'labelled'; readonly rule: number; readonly label: string }
  /** No lifecycle says what becomes of it. */
  | { readonly kind: 'not-covered' };

/** A rule that covers a version and does not keep it. */
export interface Lapse {
  readonly rule: number;
  readonly of: LifecycleRule;
}

export type Decision =
  | { readonly action: 'keep'; readonly version: SurveyedVersion; readonly causes: readonly KeepCause[] }
  /** `causes`: the rules that cover it, of which none keeps it. */
  | { readonly action: 'expire'; readonly version: SurveyedVersion; readonly causes: readonly Lapse[] };

const DAY_MS = 86_400_000;

/**
 * Decides about the versions of one artifact, all of them at once and in order of their number. Changes nothing.
 *
 * What keeps always outweighs what expires: a version expires only when a rule covers it, no rule keeps it, and it is
 * neither used nor pinned nor bookmarked nor kept for rollback. Condemned versions are for the sweep, and kept here.
 *
 * @param lifecycle undefined: nothing expires
 */
export function evaluateArtifact(
  lifecycle: Lifecycle | undefined,
  versions: readonly SurveyedVersion[],
  now: Instant,
): Decision[] {
  const nowMs = Date.parse(now);
  const covering = coveringRules(lifecycle, versions[0]?.id);
  let live = versions.reduce((count, { state }) => (state === 'live' ? count + 1 : count), 0);
  return versions.map((version): Decision => {
    if (version.state === 'condemned') {
      const causes = [{ kind: 'recovery-window', until: version.purgeAfter! } as const];
      return { action: 'keep', version, causes };
    }
    const fromEnd = live--;
    const causes = [
      ...usesOf(version),
      ...(lifecycle === undefined ? [] : rollbackOf(version, lifecycle.rollback)),
      ...covering.flatMap((lapse) => keptBy(lapse, version, fromEnd, nowMs)),
    ];
    if (causes.length > 0) return { action: 'keep', version, causes };
    if (covering.length === 0) return { action: 'keep', version, causes: [{ kind: 'not-covered' }] };
    return { action: 'expire', version, causes: covering };
  });
}

function coveringRules(lifecycle: Lifecycle | undefined, id: string | undefined): Lapse[] {
  if (lifecycle === undefined || id === undefined) return [];
  return lifecycle.rules
    .map((rule, i): Lapse => ({ rule: i + 1, of: rule }))
    .filter(({ of: { prefix } }) => prefix === undefined || id === prefix || id.startsWith(`${prefix}/`));
}

function usesOf({ users, pinners, bookmarks }: SurveyedVersion): KeepCause[] {
  return [
    ...(users > 0 ? [{ kind: 'referenced', count: users } as const] : []),
    ...(pinners > 0 ? [{ kind: 'pinned', count: pinners } as const] : []),
    ...(bookmarks.length > 0 ? [{ kind: 'bookmarked', names: bookmarks } as const] : []),
  ];
}

function rollbackOf({ formerRank }: SurveyedVersion, keeps: number): KeepCause[] {
  return formerRank !== undefined && formerRank <= keeps
    ? [{ kind: 'rollback', rank: formerRank, keeps }]
    : [];
}

function keptBy({ rule, of }: Lapse, version: SurveyedVersion, fromEnd: number, nowMs: number): KeepCause[] {
  const { keepLast = 0, keepDays = 0, keepDaysSinceRelease = 0, keepLabelled = [] } = of;
  const { publishedAt, releasedAt, labels } = version;
  const published = untilOf(publishedAt, keepDays, nowMs);
  const released = releasedAt === undefined ? undefined : untilOf(releasedAt, keepDaysSinceRelease, nowMs);
  const label = keepLabelled.find((wanted) => hasLabel(labels, wanted));
  return [
    ...(fromEnd <= keepLast ? [{ kind: 'last', rule, keeps: keepLast } as const] : []),
    ...(published === undefined ? [] : [{ kind: 'published', rule, until: published } as const]),
    ...(released === undefined ? [] : [{ kind: 'released', rule, until: released } as const]),
    ...(label === undefined ? [] : [{ kind: 'labelled', rule, label } as const]),
  ];
}

/** When the days after an instant are over; undefined when they are. `nowMs` is now. */
function untilOf(from: Instant, days: number, nowMs: number): Instant | undefined {
  if (days === 0) return undefined;
  const until = Date.parse(from) + days * DAY_MS;
  return until > nowMs ? new Date(until).toISOString() : undefined;
}

/** `wanted` is a key, or `key=value`; a key may hold `=` itself, so both readings count. */
function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  if (Object.hasOwn(labels, wanted)) return true;
  return Object.entries(labels).some(([key, value]) => `${key}=${value}` === wanted);
}
