import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatArn, looksLikeHoldfastArn, parseArn, type HoldfastArn } from '../../../src/arn/index.js';
import { isHoldfastError } from '../../../src/errors.js';
import { holdfastArn } from './arbitraries.js';

const HEX = '0123456789abcdef'.repeat(4);
const START = 'arn:aws:holdfast:eu-west-1:123456789012:';
const IDENTITY = { partition: 'aws', region: 'eu-west-1', account: '123456789012' };

const EXAMPLES: readonly (readonly [string, HoldfastArn])[] = [
  ['repository/default', { type: 'repository', ...IDENTITY, repository: 'default' }],
  [
    'artifact/default/payments/api',
    { type: 'artifact', ...IDENTITY, repository: 'default', id: 'payments/api' },
  ],
  ['version/team-a/api:12', { type: 'version', ...IDENTITY, repository: 'team-a', id: 'api', number: 12 }],
  [
    `content/default/sha256:${HEX}`,
    { type: 'content', ...IDENTITY, repository: 'default', digest: `sha256:${HEX}` },
  ],
  [
    'bookmark/default/payments/api:prod',
    { type: 'bookmark', ...IDENTITY, repository: 'default', id: 'payments/api', name: 'prod' },
  ],
];

function refusal(text: string): string {
  try {
    parseArn(text);
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'invalid-input') return error.message;
    throw error;
  }
  throw new Error(`accepted ${text}`);
}

describe('ARNs', () => {
  test.each(EXAMPLES)('%s is read and written', (resource, arn) => {
    expect(parseArn(START + resource)).toEqual(arn);
    expect(formatArn(arn)).toBe(START + resource);
  });

  test('writing and reading gives the same parts, and reading and writing the same text', () => {
    fc.assert(
      fc.property(holdfastArn, (arn) => {
        const text = formatArn(arn);
        expect(parseArn(text)).toEqual(arn);
        expect(formatArn(parseArn(text))).toBe(text);
        expect(looksLikeHoldfastArn(text)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('every version ARN fits an AWS tag value, at the longest of every part', () => {
    const longest: HoldfastArn = {
      type: 'version',
      partition: 'aws-abcdefghijkl',
      region: 'abcdefgh-abcdefgh-abcdefg',
      account: '999999999999',
      repository: 'r'.repeat(32),
      id: 'i'.repeat(128),
      number: Number.MAX_SAFE_INTEGER,
    };
    const text = formatArn(longest);
    expect(parseArn(text)).toEqual(longest);
    expect(text.length).toBeLessThanOrEqual(256);
    expect(text).toMatch(/^[\p{L}\p{N} _.:/=+\-@]+$/u);
    // Each of the parts above is the longest that is accepted.
    for (const longer of [
      { ...longest, partition: `${longest.partition}m` },
      { ...longest, region: `${longest.region}h` },
      { ...longest, repository: 'r'.repeat(33) },
      { ...longest, id: 'i'.repeat(129) },
      { ...longest, number: Number.MAX_SAFE_INTEGER + 1 },
    ]) {
      expect(() => formatArn(longer)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    }
  });

  test.each([
    ['', 'beginning'],
    ['arm:aws:holdfast:eu-west-1:123456789012:repository/default', '"arm"'],
    ['arn:gcp:holdfast:eu-west-1:123456789012:repository/default', 'partition "gcp"'],
    ['arn:aws:s3:eu-west-1:123456789012:repository/default', 'service "s3"'],
    ['arn:aws:holdfast:EU:123456789012:repository/default', 'region "EU"'],
    ['arn:aws:holdfast::123456789012:repository/default', 'region ""'],
    ['arn:aws:holdfast:eu-west-1:1234:repository/default', 'account "1234"'],
    [`${START}repository`, 'resource "repository"'],
    [`${START}thing/default/a`, 'type "thing"'],
    [`${START}repository/Default`, '"Default"'],
    [`${START}repository/default/more`, '"default/more"'],
    [`${START}artifact/default`, 'artifact ID ""'],
    [`${START}artifact/default/a//b`, 'segment ""'],
    [`${START}artifact/default/a/../b`, 'segment ".."'],
    [`${START}artifact/default/a/`, 'segment ""'],
    [`${START}artifact/default/a:3`, 'segment "a:3"'],
    [`${START}artifact/default/${'x'.repeat(129)}`, '129 characters'],
    [`${START}version/default/a`, 'version number ""'],
    [`${START}version/default/a:0`, 'version number "0"'],
    [`${START}version/default/a:07`, 'version number "07"'],
    [`${START}version/default/a:1e3`, 'version number "1e3"'],
    [`${START}version/default/a:9007199254740992`, '"9007199254740992"'],
    [`${START}version/default/a:prod`, 'version number "prod"'],
    [`${START}version/default/a:1\n`, 'version number "1\\n"'],
    [`${START}bookmark/default/a:1`, 'bookmark name "1"'],
    [`${START}bookmark/default/a:`, 'bookmark name ""'],
    [`${START}content/default/sha256:${HEX.toUpperCase()}`, 'digest'],
    [`${START}content/default/sha256:${HEX.slice(1)}`, 'digest'],
    [`${START}content/default/md5:${HEX}`, 'digest'],
    [`${START}content/default/x/sha256:${HEX}`, 'digest'],
  ])('%j is refused naming %s', (text, part) => {
    expect(refusal(text)).toContain(part);
  });

  test('formatting refuses parts that would read back as something else', () => {
    const version = { type: 'version', ...IDENTITY, repository: 'default', id: 'a', number: 1 } as const;
    for (const wrong of [
      { ...version, number: 0 },
      { ...version, number: -1 },
      { ...version, number: 1.5 },
      { ...version, number: NaN },
      { ...version, number: 1e21 },
      { ...version, id: 'a:1' },
      { ...version, repository: 'default/a' },
      { ...version, account: '1:2' },
    ]) {
      expect(() => formatArn(wrong)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    }
  });
});
