import { describe, expect, test } from '@jest/globals';
import { StackStatus } from '@aws-sdk/client-cloudformation';
import type { ReferenceRecord } from '@holdfast/core';
import {
  decideSettlement,
  TEMPLATE_SLOT,
  type SettlementFacts,
  type StackEvidence,
  type Use,
} from '../../../src/index.js';

const STACK = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1';
const version = (number: number) => ({ repository: 'default', id: 'shop/api', number });
const use = (number: number, slot = 'Api.Code'): Use => ({ slot, version: version(number) });
const held = (
  kind: 'reference' | 'pin',
  number: number,
  more: Partial<ReferenceRecord> = {},
): ReferenceRecord => ({
  kind,
  consumer: STACK,
  deployment: 'tuesday',
  since: '2026-01-01T12:00:00.000Z',
  ...use(number),
  ...more,
});
const evidence = (status: string | undefined, more: Partial<StackEvidence> = {}): StackEvidence => ({
  stackId: STACK,
  ...(status === undefined ? {} : { status }),
  texts: [],
  pending: [],
  nested: [],
  doubts: [],
  ...more,
});

/** The stack was at version 1, a deployment pinned version 2, and the template names what the status leads to. */
function decide(status: string | undefined, more: Partial<SettlementFacts> = {}) {
  return decideSettlement({
    evidence: evidence(status),
    held: [held('reference', 1), held('pin', 2)],
    used: [use(2)],
    wanted: [],
    doubts: [],
    retained: [],
    othersSettled: true,
    ...more,
  });
}

/** What is still protected when a settlement was applied: version numbers. */
function kept(facts: Partial<SettlementFacts>, status: string | undefined): number[] {
  const before = facts.held ?? [held('reference', 1), held('pin', 2)];
  const { references, mode, releasePins } = decide(status, facts);
  const stays = before.filter(({ kind, deployment }) =>
    kind === 'pin' ? !releasePins.includes(deployment) : mode === 'add',
  );
  return [...new Set([...stays, ...references].map((it) => it.version.number))].toSorted((a, b) => a - b);
}

const STATUSES = Object.values(StackStatus);
const released = (status: string): boolean => kept({}, status).length < 2;

test.each(STATUSES.filter((status) => /_(IN_PROGRESS|FAILED)$/.test(status)))(
  '%s: what was used, what is named and what is pinned all stay',
  (status) => {
    expect(decide(status)).toMatchObject({ mode: 'add', releasePins: [], undecided: [] });
    expect(kept({}, status)).toEqual([1, 2]);
  },
);

test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'])(
  '%s: exactly what the template names, and no pins',
  (status) => {
    expect(decide(status)).toMatchObject({ mode: 'replace', references: [use(2)], releasePins: ['tuesday'] });
  },
);

test.each(['UPDATE_ROLLBACK_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'])(
  '%s: what was used before stays, pins go',
  (status) => {
    expect(kept({ used: [use(1)] }, status)).toEqual([1]);
  },
);

test('ROLLBACK_COMPLETE: what its template names was never made', () => {
  expect(kept({ held: [held('pin', 2)] }, 'ROLLBACK_COMPLETE')).toEqual([]);
});

test('DELETE_COMPLETE: everything goes', () => {
  expect(kept({ used: [] }, 'DELETE_COMPLETE')).toEqual([]);
});

test('every status that the SDK knows is in one of the cases above', () => {
  const definite = STATUSES.filter((status) => decide(status).because !== 'changing');
  expect(definite.toSorted()).toEqual(
    [
      'CREATE_COMPLETE',
      'DELETE_COMPLETE',
      'IMPORT_COMPLETE',
      'IMPORT_ROLLBACK_COMPLETE',
      'ROLLBACK_COMPLETE',
      'UPDATE_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ].toSorted(),
  );
  expect(STATUSES.filter(released).every((status) => status.endsWith('_COMPLETE'))).toBe(true);
});

describe('nothing goes', () => {
  test.each(['FROBNICATE_COMPLETE', 'constructor', ''])(
    'with the unknown status "%s", and it is told',
    (status) => {
      expect(kept({}, status)).toEqual([1, 2]);
      expect(decide(status).undecided).toMatchObject([{ code: 'unsupported' }]);
    },
  );

  test.each(STATUSES)('%s: while anything could not be read', (status) => {
    const doubt = { code: 'access-denied', message: 'AWS refused' };
    const doubtful = evidence(status, { doubts: [doubt] });
    expect(kept({ evidence: doubtful }, status)).toEqual([1, 2]);
    expect(kept({ doubts: [doubt] }, status)).toEqual([1, 2]);
    expect(decide(status, { doubts: [doubt] }).undecided).toEqual([doubt]);
  });

  test.each(STATUSES.filter((status) => status !== 'DELETE_COMPLETE'))(
    '%s: while a change set is pending',
    (status) => {
      const waiting = evidence(status, { pending: [{ name: 'friday', texts: [] }] });
      expect(kept({ evidence: waiting, wanted: [use(3)] }, status)).toEqual([1, 2, 3]);
    },
  );

  test.each(STATUSES.filter((status) => /_(IN_PROGRESS|FAILED)$/.test(status)))(
    'from a nested stack that is through, while the outermost one is %s',
    (rootStatus) => {
      expect(kept({ evidence: evidence('UPDATE_COMPLETE', { rootStatus }) }, 'UPDATE_COMPLETE')).toEqual([
        1, 2,
      ]);
    },
  );

  test('when CloudFormation does not know the stack', () => {
    expect(kept({ used: [] }, undefined)).toEqual([1, 2]);
    expect(decide(undefined, { used: [] }).undecided).toMatchObject([{ code: 'not-found' }]);
  });
});

describe('before anything goes', () => {
  const unread = {
    evidence: evidence('UPDATE_COMPLETE'),
    held: [held('reference', 1)],
    used: [use(2)],
    wanted: [],
    doubts: [],
  };

  test('it must be known what was retained and where it may have moved', () => {
    expect(decideSettlement(unread).needs).toEqual(['retained', 'others']);
  });

  test('and not when nothing goes', () => {
    expect(decideSettlement({ ...unread, held: [held('pin', 2)] }).needs).toEqual([]);
  });
});

describe('a resource that was left in the account', () => {
  const at = '2026-01-02T00:00:00.000Z';

  test.each(['DELETE_COMPLETE', 'UPDATE_COMPLETE'])('%s: keeps what it uses, marked', (status) => {
    const facts = { held: [held('reference', 1)], used: [], retained: [{ logicalId: 'Api', at }] };
    expect(decide(status, facts).references).toEqual([use(1, 'Api.Code (retained)')]);
  });

  test('keeps what only a pin protected so far', () => {
    const facts = { held: [held('pin', 2)], used: [], retained: [{ logicalId: 'Api', at }] };
    expect(decide('DELETE_COMPLETE', facts).references).toEqual([use(2, 'Api.Code (retained)')]);
  });

  test('stays when CloudFormation has forgotten the event', () => {
    const facts = { held: [held('reference', 1, { slot: 'Api.Code (retained)' })], used: [], retained: [] };
    expect(kept(facts, 'DELETE_COMPLETE')).toEqual([1]);
    expect(kept({ ...facts, forgetRetained: true }, 'DELETE_COMPLETE')).toEqual([]);
  });

  test('does not keep what came into its slot later', () => {
    const later = held('reference', 1, { since: '2026-02-03T00:00:00.000Z' });
    expect(
      kept({ held: [later], used: [], retained: [{ logicalId: 'Api', at }] }, 'DELETE_COMPLETE'),
    ).toEqual([]);
  });

  test('does not keep others', () => {
    const facts = { held: [held('reference', 1)], used: [], retained: [{ logicalId: 'Ap', at }] };
    expect(kept(facts, 'DELETE_COMPLETE')).toEqual([]);
  });

  test.each([
    ['Loop/Api${Name}.Code', 'ApiOrders'],
    ['Child/Loop/Api&{Name}.Code', 'Child/ApiOrders'],
    ['Layer.ContentUri', 'Layer0123456789'],
    ['Child/Layer.ContentUri', 'Child/Layer0123456789'],
  ])('keeps %s when it is %s, as a transform named it', (slot, logicalId) => {
    const facts = { held: [held('pin', 1, { slot })], used: [], retained: [{ logicalId, at }] };
    expect(decide('DELETE_COMPLETE', facts).references).toEqual([use(1, `${slot} (retained)`)]);
  });

  test.each([
    ['Loop/Api${Name}.Code', 'TaskOrders'],
    ['Layer.ContentUri', 'LayerCake'],
    ['Layer.ContentUri', 'Child/Layer0123456789'],
  ])('does not keep %s when it is %s', (slot, logicalId) => {
    const facts = { held: [held('pin', 1, { slot })], used: [], retained: [{ logicalId, at }] };
    expect(kept(facts, 'DELETE_COMPLETE')).toEqual([]);
  });

  test('a nested stack that was retained keeps everything in it', () => {
    const inner = held('reference', 1, { slot: 'Child/Api.Code' });
    expect(
      kept({ held: [inner], used: [], retained: [{ logicalId: 'Child', at }] }, 'DELETE_COMPLETE'),
    ).toEqual([1]);
  });
});

describe('a published version of a function that was left in the account', () => {
  const at = '2026-01-02T00:00:00.000Z';
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:shop-api';
  const version3 = (functionId?: string) => ({
    logicalId: 'ApiVersion1a2b3c4d5e',
    at,
    published: { function: arn, number: '3', ...(functionId === undefined ? {} : { functionId }) },
  });
  const both = [held('reference', 1), held('reference', 2, { slot: 'Task.Code' })];

  test('goes on with what its function had, which is held for the function', () => {
    const { published, references } = decide('UPDATE_COMPLETE', {
      held: both,
      used: [],
      retained: [version3('Api')],
    });
    expect(published).toMatchObject([{ consumer: arn, use: use(1, '3.Code') }]);
    expect(references).toEqual([]);
  });

  test('may go on with anything that leaves, when nobody knows which function it is of', () => {
    const { published } = decide('UPDATE_COMPLETE', { held: both, used: [], retained: [version3()] });
    expect(published.map(({ use: it }) => it)).toEqual([use(1, '3.Code'), use(2, '3.Code')]);
  });

  test('has no part in what stays, and none in what came later', () => {
    const later = [held('reference', 1, { since: '2026-02-03T00:00:00.000Z' })];
    expect(decide('UPDATE_COMPLETE', { used: [use(1)], retained: [version3('Api')] }).published).toEqual([
      expect.objectContaining({ use: use(2, '3.Code') }),
    ]);
    const facts = { held: later, used: [], retained: [version3('Api')] };
    expect(decide('UPDATE_COMPLETE', facts).published).toEqual([]);
  });

  test('keeps it for the stack where functions hold nothing themselves', () => {
    const facts = { held: both, used: [], retained: [version3('Api')], functionsHold: false };
    const { published, references } = decide('UPDATE_COMPLETE', facts);
    expect(published).toEqual([]);
    expect(references).toEqual([use(1, 'Api.Code (retained)')]);
  });
});

test('after a rollback a pin stays that may be what the stack went back to', () => {
  // Version 1 was deployed and never settled; the template that CloudFormation gives is the one that failed.
  const old = held('pin', 1, { deployment: 'monday', since: '2026-01-01T00:00:00.000Z' });
  expect(kept({ held: [old, held('pin', 2)], used: [use(2)] }, 'UPDATE_ROLLBACK_COMPLETE')).toEqual([1, 2]);
  expect(kept({ held: [old, held('pin', 2)], used: [use(1)] }, 'UPDATE_ROLLBACK_COMPLETE')).toEqual([1]);
});

test("when only the stack's own template leaves, nobody is asked what was retained or moved: it is no resource", () => {
  const evidenceOnly = { evidence: evidence('UPDATE_COMPLETE'), used: [use(2)], wanted: [], doubts: [] };
  const template = held('pin', 7, { slot: TEMPLATE_SLOT });
  const alone = decideSettlement({ ...evidenceOnly, held: [held('reference', 2), template] });
  expect(alone).toMatchObject({ needs: [], leaving: [template], releasePins: ['tuesday'] });
  expect(alone.references).toEqual([use(2)]);
  const withCode = decideSettlement({ ...evidenceOnly, held: [held('reference', 1), template] });
  expect(withCode.needs).toEqual(['retained', 'others']);
});
