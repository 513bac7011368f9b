import { expect, test } from '@jest/globals';
import { checkLifecycle } from '../../../src/lifecycle/index.js';

const full = {
  rollback: 2,
  rules: [
    {
      prefix: 'payments/api',
      keepLast: 10,
      keepDays: 30,
      keepDaysSinceRelease: 14,
      keepLabelled: ['a', 'b=c'],
    },
    { keepLast: 0 },
  ],
};

test('a lifecycle is taken as written', () => {
  expect(checkLifecycle(full)).toEqual(full);
  expect(checkLifecycle(JSON.parse(JSON.stringify(checkLifecycle(full))))).toEqual(full);
});

test('one former version of each slot stays unless another number is given', () => {
  expect(checkLifecycle({ rules: [] })).toEqual({ rollback: 1, rules: [] });
  expect(checkLifecycle({})).toEqual({ rollback: 1, rules: [] });
});

test('a single label needs no list', () => {
  expect(checkLifecycle({ rules: [{ keepLabelled: 'kept' }] }).rules).toEqual([{ keepLabelled: ['kept'] }]);
});

test.each([
  ['no map', [1], 'the lifecycle'],
  ['nothing', null, 'the lifecycle'],
  ['a wrong key', { rule: [] }, '"rule"'],
  ['rules that are no list', { rules: { keepLast: 1 } }, '"rules"'],
  ['a rule that is no map', { rules: ['keepLast'] }, 'rule 1'],
  ['a misspelt criterion', { rules: [{ keepLast: 1 }, { keepLasts: 1 }] }, '"keepLasts" of rule 2'],
  ['a rule that keeps nothing and does not say so', { rules: [{ prefix: 'a' }] }, '"keepLast": 0'],
  ['a negative number', { rules: [{ keepLast: -1 }] }, '"keepLast" of rule 1'],
  ['a fraction', { rules: [{ keepDays: 1.5 }] }, '"keepDays" of rule 1'],
  ['a number as text', { rules: [{ keepDaysSinceRelease: '3' }] }, '"keepDaysSinceRelease" of rule 1'],
  ['more for rollback than is remembered', { rollback: 21 }, '"rollback"'],
  ['no labels', { rules: [{ keepLabelled: [] }] }, '"keepLabelled" of rule 1'],
  ['an empty label', { rules: [{ keepLabelled: [''] }] }, '"keepLabelled" of rule 1'],
  ['a label without a key', { rules: [{ keepLabelled: ['=x'] }] }, '"keepLabelled" of rule 1'],
  ['a prefix that is no ID', { rules: [{ prefix: 'a//b', keepLast: 1 }] }, 'artifact ID "a//b"'],
  ['a prefix that is no text', { rules: [{ prefix: 3, keepLast: 1 }] }, '"prefix" of rule 1'],
])('%s is refused by name', (_, value, named) => {
  expect(() => checkLifecycle(value)).toThrow(
    expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining(named) }),
  );
});
