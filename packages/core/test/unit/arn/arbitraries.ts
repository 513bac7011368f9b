import fc from 'fast-check';
import type { Digest, HoldfastArn, StoreIdentity } from '../../../src/arn/index.js';

const LOWER = [...'abcdefghijklmnopqrstuvwxyz'];
const DIGITS = [...'0123456789'];
const LETTERS = [...LOWER, ...LOWER.map((letter) => letter.toUpperCase())];

function text(characters: readonly string[], minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
}

function beginning(
  first: readonly string[],
  rest: readonly string[],
  maxLength: number,
): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...first), text(rest, 0, maxLength - 1)).map((parts) => parts.join(''));
}

const dashed = [...LOWER, ...DIGITS];

export const identity: fc.Arbitrary<StoreIdentity> = fc.record({
  partition: fc.constantFrom('aws', 'aws-cn', 'aws-us-gov', 'aws-iso-b'),
  region: fc
    .array(text(dashed, 1, 8), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('-'))
    .filter((region) => region.length <= 25),
  account: text(DIGITS, 12, 12),
});

export const repositoryName = beginning(dashed, [...dashed, '.', '_', '-'], 32);

const segment = beginning([...LETTERS, ...DIGITS], [...LETTERS, ...DIGITS, '.', '_', '-'], 40);
export const artifactId = fc
  .array(segment, { minLength: 1, maxLength: 6 })
  .map((segments) => segments.join('/'))
  .filter((id) => id.length <= 128);

export const bookmarkName = beginning(LETTERS, [...LETTERS, ...DIGITS, '.', '_', '-'], 64);
export const versionNumber = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
export const digest = text([...DIGITS, ...'abcdef'], 64, 64).map((hex): Digest => `sha256:${hex}`);

/** Every valid ARN, of all five types. */
export const holdfastArn: fc.Arbitrary<HoldfastArn> = fc.oneof(
  fc
    .tuple(identity, repositoryName)
    .map(([of, repository]): HoldfastArn => ({ type: 'repository', ...of, repository })),
  fc
    .tuple(identity, repositoryName, artifactId)
    .map(([of, repository, id]): HoldfastArn => ({ type: 'artifact', ...of, repository, id })),
  fc
    .tuple(identity, repositoryName, artifactId, versionNumber)
    .map(([of, repository, id, number]): HoldfastArn => ({ type: 'version', ...of, repository, id, number })),
  fc
    .tuple(identity, repositoryName, digest)
    .map(([of, repository, sum]): HoldfastArn => ({ type: 'content', ...of, repository, digest: sum })),
  fc
    .tuple(identity, repositoryName, artifactId, bookmarkName)
    .map(([of, repository, id, name]): HoldfastArn => ({ type: 'bookmark', ...of, repository, id, name })),
);

/** Text that was a valid ARN until one or more small accidents befell it. */
export function damaged(whole: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const accident = fc.record({
    kind: fc.constantFrom('drop', 'insert', 'replace', 'double', 'cut'),
    where: fc.nat(300),
    what: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
  });
  return fc.tuple(whole, fc.array(accident, { minLength: 1, maxLength: 3 })).map(([value, accidents]) =>
    accidents.reduce((current, { kind, where, what }) => {
      const at = current.length === 0 ? 0 : where % current.length;
      const before = current.slice(0, at);
      const after = current.slice(at);
      switch (kind) {
        case 'drop':
          return before + after.slice(1);
        case 'insert':
          return before + what + after;
        case 'replace':
          return before + what + after.slice(1);
        case 'double':
          return before + after + after;
        default:
          return before;
      }
    }, value),
  );
}
