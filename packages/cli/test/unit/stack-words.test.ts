import { describe, expect, test } from '@jest/globals';
import type { KeepReason } from '@holdfast/core';
import { pinHints } from '../../src/render/pin-hints.js';
import { countKinds } from '../../src/render/stack-report.js';

test.each([
  [[], '0 references'],
  [['reference'], '1 reference'],
  [['pin'], '1 pin'],
  [['pin', 'pin'], '2 pins'],
  [['reference', 'pin', 'pin', 'pin', 'pin'], '1 reference and 4 pins'],
] as const)('%j are counted as %s', (kinds, text) => {
  expect(countKinds(kinds.map((kind) => ({ kind })))).toBe(text);
});

describe('what keeps a version', () => {
  const reason = (kind: 'pin' | 'reference', consumer: string, deployment = 'd1'): KeepReason => ({
    kind,
    reference: {
      kind,
      consumer,
      deployment,
      version: { repository: 'default', id: 'a', number: 1 },
      slot: 'F.Code',
      since: '2026-01-01T00:00:00.000Z',
    },
  });
  const embedded = 'arn:aws:cloudformation:local:000000000000:stack/shop';
  const real = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1a2b';

  test('says for a pin how to settle it, once for a deployment', () => {
    const [hint, another] = pinHints([reason('pin', embedded), reason('pin', embedded)]);
    expect(hint).toContain('holdfast stack register --stack-name shop');
    expect(hint).toContain('holdfast stack abandon --stack-name shop --deployment d1');
    expect(another).toBeUndefined();
  });

  test('says to ask CloudFormation where there is one', () => {
    expect(pinHints([reason('pin', real)])).toEqual([
      expect.stringContaining('holdfast stack settle --stack-name shop;'),
    ]);
  });

  test('says nothing for references and for consumers that are no stacks', () => {
    const other = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
    expect(pinHints([reason('reference', real), reason('pin', other)])).toEqual([]);
  });
});
