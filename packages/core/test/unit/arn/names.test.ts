import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkArtifactId,
  checkBookmarkName,
  checkDigest,
  checkRepositoryName,
  isDigest,
  parseVersionNumber,
  quote,
} from '../../../src/arn/index.js';
import { artifactId, bookmarkName, digest, repositoryName, versionNumber } from './arbitraries.js';

describe('names', () => {
  test('every valid name is returned as it is', () => {
    fc.assert(fc.property(artifactId, (id) => expect(checkArtifactId(id)).toBe(id)));
    fc.assert(fc.property(repositoryName, (name) => expect(checkRepositoryName(name)).toBe(name)));
    fc.assert(fc.property(bookmarkName, (name) => expect(checkBookmarkName(name)).toBe(name)));
    fc.assert(fc.property(digest, (text) => expect(isDigest(checkDigest(text))).toBe(true)));
    fc.assert(
      fc.property(versionNumber, (number) => expect(parseVersionNumber(String(number))).toBe(number)),
    );
  });

  test('a bookmark never looks like a version number, nor a version number like a bookmark', () => {
    fc.assert(
      fc.property(bookmarkName, (name) =>
        expect(() => parseVersionNumber(name)).toThrow(JSON.stringify(name)),
      ),
    );
    fc.assert(
      fc.property(versionNumber, (number) =>
        expect(() => checkBookmarkName(String(number))).toThrow(String(number)),
      ),
    );
  });

  test.each([
    '.',
    '..',
    '.a',
    '-a',
    '_a',
    'a/.b',
    '/a',
    'a/',
    'a//b',
    'a b',
    'ä',
    'a\u0000',
    'a\\b',
    'a:b',
    'a\n',
  ])('the artifact ID %j is refused', (id) => {
    expect(() => checkArtifactId(id)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    expect(() => checkArtifactId(id)).toThrow(JSON.stringify(id));
  });

  test('a quoted value cannot write to a terminal, and is cut when it is long', () => {
    expect(quote('a"b')).toBe('"a\\"b"');
    for (const control of ['\u001b[31m', '\u0007', '\u007f', '\u009b31m', '\u2028', '\u202e']) {
      // eslint-disable-next-line no-control-regex -- the test is about control characters
      expect(quote(`x${control}y`)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
    }
    expect(quote('x'.repeat(100_000)).length).toBeLessThan(210);
  });
});
