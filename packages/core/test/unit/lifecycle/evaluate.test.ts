import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeDecision, evaluateArtifact } from '../../../src/lifecycle/index.js';
import type { Lifecycle, LifecycleRule } from '../../../src/model.js';
import type { SurveyedVersion } from '../../../src/ports/index.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const ago = (days: number): string => new Date(NOW - days * DAY).toISOString();
const now = ago(0);

const labels = fc.constantFrom({}, { tier: 'prod' }, { tier: 'test' }, { keep: '' });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

const rule: fc.Arbitrary<LifecycleRule> = fc
  .record({
    prefix: maybe(fc.constantFrom('pay', 'pay/api', 'other')),
    keepLast: maybe(fc.nat(6)),
    keepDays: maybe(fc.nat(40)),
    keepDaysSinceRelease: maybe(fc.nat(40)),
    keepLabelled: maybe(fc.constantFrom(['keep'], ['tier=prod'], ['tier', 'keep'])),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

const lifecycle: fc.Arbitrary<Lifecycle> = fc.record({
  rollback: fc.nat(3),
  rules: fc.array(rule, { maxLength: 3 }),
});

const facts = fc.record({
  condemned: fc.boolean(),
  age: fc.nat(50),
  released: maybe(fc.nat(50)),
  rank: maybe(fc.integer({ min: 1, max: 4 })),
  users: fc.constantFrom(0, 0, 0, 1, 2),
  pinners: fc.constantFrom(0, 0, 0, 1),
  bookmarks: fc.constantFrom([], [], [], ['prod']),
  labels,
});

const versions: fc.Arbitrary<readonly SurveyedVersion[]> = fc
  .array(facts, { minLength: 1, maxLength: 8 })
  .map((all) =>
    all.map(({ condemned, age, released, rank, ...rest }, i) => ({
      ...{ repository: 'default', id: 'pay/api', number: i + 1, size: 1, publishedAt: ago(age), ...rest },
      state: condemned ? 'condemned' : 'live',
      ...(condemned ? { purgeAfter: ago(-1) } : {}),
      ...(released === undefined ? {} : { releasedAt: ago(released) }),
      ...(rank === undefined ? {} : { formerRank: rank }),
    })),
  );

function expired(rules: Lifecycle | undefined, list: readonly SurveyedVersion[], at = now): Set<number> {
  const decisions = evaluateArtifact(rules, list, at);
  return new Set(decisions.flatMap(({ action, version }) => (action === 'expire' ? [version.number] : [])));
}

const within = (part: ReadonlySet<number>, whole: ReadonlySet<number>): boolean =>
  [...part].every((number) => whole.has(number));

/** The rules in words of their own: a version expires when it is covered and nothing of all this keeps it. */
function mayExpire({ rollback, rules }: Lifecycle, list: readonly SurveyedVersion[], one: SurveyedVersion) {
  const covering = rules.filter(({ prefix }) => prefix === undefined || prefix !== 'other');
  const newer = list.filter(({ state, number }) => state === 'live' && number > one.number).length;
  const days = (instant: string): number => (NOW - Date.parse(instant)) / DAY;
  const kept = covering.some(
    (it) =>
      newer < (it.keepLast ?? 0) ||
      days(one.publishedAt) < (it.keepDays ?? 0) ||
      (one.releasedAt !== undefined && days(one.releasedAt) < (it.keepDaysSinceRelease ?? 0)) ||
      (it.keepLabelled ?? []).some((label) =>
        Object.entries(one.labels).some(([key, value]) => label === key || label === `${key}=${value}`),
      ),
  );
  const used = one.users + one.pinners + one.bookmarks.length > 0 || (one.formerRank ?? 99) <= rollback;
  return one.state === 'live' && covering.length > 0 && !kept && !used;
}

describe('whatever the rules and the versions are', () => {
  const check = (property: (rules: Lifecycle, list: readonly SurveyedVersion[]) => void): void =>
    fc.assert(fc.property(lifecycle, versions, property), { numRuns: 2000 });

  test('a version expires exactly when a rule covers it and nothing keeps it', () => {
    check((rules, list) => {
      const expected = list.filter((one) => mayExpire(rules, list, one)).map(({ number }) => number);
      expect([...expired(rules, list)]).toEqual(expected);
    });
  });

  test('each is decided once, in order, with a reason that can be read', () => {
    check((rules, list) => {
      const decisions = evaluateArtifact(rules, list, now);
      expect(decisions.map(({ version }) => version)).toEqual(list);
      for (const decision of decisions) {
        expect(decision.causes.length).toBeGreaterThan(0);
        expect(describeDecision(decision)).toMatch(/^\S.*\S$/);
        expect(describeDecision(decision)).not.toContain('undefined');
      }
    });
  });

  test('used, pinned, bookmarked and condemned versions never expire', () => {
    check((rules, list) => {
      const safe = list.filter(
        (it) => it.users + it.pinners + it.bookmarks.length > 0 || it.state !== 'live',
      );
      const gone = expired(rules, list);
      expect(safe.filter(({ number }) => gone.has(number))).toEqual([]);
    });
  });

  test('without rules nothing expires', () => {
    check((rules, list) => {
      expect(expired(undefined, list).size).toBe(0);
      expect(expired({ ...rules, rules: [] }, list).size).toBe(0);
    });
  });

  test('a criterion more keeps as much or more: keep outweighs delete', () => {
    fc.assert(
      fc.property(lifecycle, versions, fc.nat(9), rule, (rules, list, at, more) => {
        const all = expired(rules, list);
        const raised = rules.rules.map((one, i) => (i === at % rules.rules.length ? grown(one, more) : one));
        expect(within(expired({ ...rules, rules: raised }, list), all)).toBe(true);
        expect(within(expired({ ...rules, rollback: rules.rollback + 1 }, list), all)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a further rule takes nothing from what the others keep', () => {
    fc.assert(
      fc.property(lifecycle, versions, rule, (rules, list, more) => {
        const kept = list.filter(({ number }) => !expired(rules, list).has(number));
        const after = expired({ ...rules, rules: [...rules.rules, more] }, list);
        const lost = kept.filter(({ number }) => after.has(number));
        // Only what no rule had covered, and so nobody had decided about, can go.
        const covered = rules.rules.some(({ prefix }) => prefix !== 'other');
        expect(covered ? lost : []).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test('what has expired has expired at any later time, and a use brings it back', () => {
    fc.assert(
      fc.property(lifecycle, versions, fc.nat(60), (rules, list, days) => {
        const today = expired(rules, list);
        expect(within(today, expired(rules, list, ago(-days)))).toBe(true);
        const used = list.map((one) => ({ ...one, users: one.users + 1 }));
        expect(expired(rules, used).size).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('a newer version takes no more than a place among the last', () => {
    check((rules, list) => {
      const newest = { ...list[0]!, number: 99, state: 'live', publishedAt: now } as const;
      const without = { ...rules, rules: rules.rules.map(({ keepLast: _, ...one }) => one) };
      const more = expired(without, [...list, newest]);
      more.delete(99);
      expect(more).toEqual(expired(without, list));
    });
  });
});

/** The rule with what another one keeps besides, so that it keeps as much or more. */
function grown(one: LifecycleRule, more: LifecycleRule): LifecycleRule {
  const most = (a = 0, b = 0): number => Math.max(a, b);
  return {
    ...one,
    keepLast: most(one.keepLast, more.keepLast),
    keepDays: most(one.keepDays, more.keepDays),
    keepDaysSinceRelease: most(one.keepDaysSinceRelease, more.keepDaysSinceRelease),
    keepLabelled: [...(one.keepLabelled ?? []), ...(more.keepLabelled ?? [])],
  };
}

test('a prefix is made of whole segments', () => {
  const list = (id: string): SurveyedVersion[] => [
    {
      ...{ repository: 'default', id, number: 1, size: 1, state: 'live', publishedAt: ago(9) },
      ...{ labels: {}, users: 0, pinners: 0, bookmarks: [] },
    },
  ];
  const rules: Lifecycle = { rollback: 1, rules: [{ prefix: 'pay', keepLast: 0 }] };
  const gone = ['pay', 'pay/api', 'payments', 'other/pay'].filter((id) => expired(rules, list(id)).size > 0);
  expect(gone).toEqual(['pay', 'pay/api']);
});
