import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkArtifactId,
  checkBookmarkName,
  checkDigest,
  checkRepositoryName,
  formatArn,
  parseArn,
  parseVersionNumber,
} from '../../../src/arn/index.js';
import { isHoldfastError } from '../../../src/errors.js';
import { artifactId, damaged, digest, holdfastArn } from '../arn/arbitraries.js';

const CONTROL = /\p{Cc}/u;
/** What a message shows in another way than JSON does. */
const ESCAPED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Runs the parser; what it refuses, it must refuse as Holdfast does, in one short line that names the value. */
function accepted<T>(parse: (text: string) => T, text: string): T | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    // Plain comparisons: `expect` costs more than the parser, and this runs 100,000 times.
    // Half a character at its end stands for nothing.
    const begin = JSON.stringify(text)
      .slice(1, 60)
      .replace(/[\uD800-\uDBFF]$/, '')
      .replace(/["\\]+$/, '');
    const named = ESCAPED.test(begin) || error.message.includes(begin);
    if (
      error.code !== 'invalid-input' ||
      !named ||
      error.message.length > 1000 ||
      CONTROL.test(error.message)
    ) {
      throw new Error(
        `the refusal of ${JSON.stringify(text)} is not helpful: ${JSON.stringify(error.message)}`,
        {
          cause: error,
        },
      );
    }
    return undefined;
  }
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'arn:aws/holdfast0123-._'), maxLength: 120 }),
);

describe('100,000 bad ARNs and IDs', () => {
  test('a format character that the comparison would cut in half is named', () => {
    const text = 'n:aws:holdfast:a-aaaaaaaa-aaaaaa:000000000000:artifact\u{10000}\u{10000}\u{e0020}a/aaa';
    expect(accepted(parseArn, text)).toBeUndefined();
  });

  test('60,000 damaged ARNs are read exactly or refused by name', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.oneof({ weight: 5, arbitrary: damaged(holdfastArn.map(formatArn)) }, anyText),
        (text) => {
          const arn = accepted(parseArn, text);
          if (arn === undefined) refused += 1;
          else if (formatArn(arn) !== text) throw new Error(`${text} was read as ${formatArn(arn)}`);
        },
      ),
      { numRuns: 60_000 },
    );
    // The damage must be neither harmless nor total, or this test would show nothing.
    expect(refused).toBeGreaterThan(30_000);
    expect(refused).toBeLessThan(59_000);
  });

  test('40,000 damaged IDs, names, numbers and digests are returned as they are or refused by name', () => {
    const parsers: readonly ((text: string) => string)[] = [
      checkArtifactId,
      checkRepositoryName,
      checkBookmarkName,
      checkDigest,
      (text) => String(parseVersionNumber(text)),
    ];
    let refused = 0;
    let returned = 0;
    fc.assert(
      fc.property(
        fc.oneof(damaged(artifactId), damaged(digest), damaged(fc.nat().map(String)), anyText),
        fc.constantFrom(...parsers),
        (text, parse) => {
          const result = accepted(parse, text);
          if (result === undefined) refused += 1;
          else if (result === text) returned += 1;
          else throw new Error(`${JSON.stringify(text)} became ${result}`);
        },
      ),
      { numRuns: 40_000 },
    );
    expect(refused).toBeGreaterThan(10_000);
    expect(returned).toBeGreaterThan(1_000);
  });
});
