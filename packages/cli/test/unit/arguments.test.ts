import { describe, expect, test } from '@jest/globals';
import { artifactNamed, collectLabel, parseCount, requireVersion } from '../../src/arguments.js';
import { parseDuration } from '@holdfast/core/settings';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('labels', () => {
  test('are collected; a value may hold "=" and be empty', () => {
    expect(collectLabel('b=', collectLabel('a=x=y'))).toEqual({ a: 'x=y', b: '' });
  });

  test('named like members of objects stay labels', () => {
    expect(Object.entries(collectLabel('__proto__=x', collectLabel('toString=y')))).toEqual([
      ['toString', 'y'],
      ['__proto__', 'x'],
    ]);
  });

  test.each(['a', '=a', ''])('refuse %j', (text) => {
    expect(() => collectLabel(text)).toThrow('key=value');
  });

  test('refuse a key that is given twice', () => {
    expect(() => collectLabel('a=2', { a: '1' })).toThrow('"a" is given twice');
  });
});

describe('names', () => {
  test.each([
    ['payments/api', { id: 'payments/api' }],
    [
      'arn:aws:holdfast:local:000000000000:artifact/other/payments/api',
      { id: 'payments/api', repository: 'other' },
    ],
    ['payments/api:3', undefined],
    ['payments/api:prod', undefined],
    [DIGEST, undefined],
    ['arn:aws:holdfast:local:000000000000:version/default/payments/api:3', undefined],
  ])('%s as an artifact is %j', (text, name) => {
    expect(artifactNamed(text)).toEqual(name);
  });

  test.each(['payments/api:3', 'arn:aws:holdfast:local:000000000000:version/default/payments/api:3'])(
    '%s is one version',
    (text) => expect(requireVersion(text)).toBe(text),
  );

  test.each([
    'payments/api',
    'payments/api:prod',
    DIGEST,
    'arn:aws:holdfast:local:000000000000:bookmark/default/payments/api:prod',
  ])('%s may be another version tomorrow', (text) => {
    expect(() => requireVersion(text)).toThrow(`"${text}" does not name one version`);
  });
});

test('durations and counts', () => {
  expect(['90s', '30m', '12h', '7d', '0s'].map(parseDuration)).toEqual([90e3, 1800e3, 43200e3, 604800e3, 0]);
  expect(['', '7', 'd', '-1d', '1.5h', '1w', '7d '].map(parseDuration)).toEqual(Array(7).fill(undefined));
  expect(parseCount('12')).toBe(12);
  for (const text of ['-1', '1.5', 'x', '']) expect(() => parseCount(text)).toThrow('whole number');
});
