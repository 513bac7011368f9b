import { describe, expect, test } from '@jest/globals';
import { assessBucket, type BucketFacts } from '../../../src/engines/aws/own-bucket/assess-bucket.js';
import { lifecycleFact } from '../../../src/engines/aws/own-bucket/gather-facts.js';

const good: BucketFacts = {
  region: 'eu-west-1',
  versioning: 'enabled',
  publicAccessBlocked: true,
  objectLock: true,
  defaultRetention: false,
  lifecycle: [],
};
const wanted = { region: 'eu-west-1', prefix: 'team/holdfast/' };
const found = (facts: Partial<BucketFacts>) =>
  assessBucket({ ...good, ...facts }, wanted).map(({ aspect, severity }) => `${aspect} ${severity}`);

test('a bucket like the own one has no shortfall', () => {
  expect(found({})).toEqual([]);
});

test.each<[Partial<BucketFacts>, string]>([
  [{ region: 'us-east-1' }, 'region refused'],
  [{ publicAccessBlocked: false }, 'public-access refused'],
  [{ versioning: 'suspended' }, 'versioning weaker'],
  [{ versioning: 'never' }, 'versioning weaker'],
  [{ objectLock: false }, 'object-lock weaker'],
  [{ defaultRetention: true }, 'retention weaker'],
])('%j is named', (facts, shortfall) => {
  expect(found(facts)).toEqual([shortfall]);
});

test('every shortfall says what it costs and how to mend it', () => {
  const worst = {
    ...good,
    region: 'x',
    versioning: 'never',
    publicAccessBlocked: false,
    objectLock: false,
  } as const;
  const shortfalls = assessBucket(worst, wanted);
  expect(shortfalls).toHaveLength(4);
  for (const { what, cost, mend } of shortfalls) {
    for (const sentence of [what, cost, mend]) expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

describe('lifecycle rules', () => {
  const expiry = { ID: 'tidy', Status: 'Enabled', Expiration: { Days: 30 } } as const;
  const olderForm = Object.assign({}, expiry, { Prefix: 'team/' });
  test.each<[string, Parameters<typeof lifecycleFact>[0], boolean]>([
    ['expiry of everything', expiry, true],
    ['expiry in the older form', olderForm, true],
    ['expiry above the prefix', { ...expiry, Filter: { Prefix: 'team/' } }, true],
    ['expiry below the prefix', { ...expiry, Filter: { Prefix: 'team/holdfast/content/x' } }, true],
    ['expiry beside the prefix', { ...expiry, Filter: { Prefix: 'team/other/' } }, false],
    ['expiry by tag', { ...expiry, Filter: { Tag: { Key: 'a', Value: 'b' } } }, true],
    [
      'expiry by prefix and size',
      { ...expiry, Filter: { And: { Prefix: 'logs/', ObjectSizeLessThan: 9 } } },
      false,
    ],
    ['a rule that is off', { ...expiry, Status: 'Disabled' }, false],
    [
      'the end of old versions',
      { Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      true,
    ],
    ['archiving', { Status: 'Enabled', Transitions: [{ Days: 1, StorageClass: 'DEEP_ARCHIVE' }] }, true],
    [
      'a cheaper class',
      { Status: 'Enabled', Transitions: [{ Days: 30, StorageClass: 'STANDARD_IA' }] },
      false,
    ],
    [
      'incomplete uploads',
      { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
      false,
    ],
    ['old delete markers', { Status: 'Enabled', Expiration: { ExpiredObjectDeleteMarker: true } }, false],
  ])('%s', (_, rule, refused) => {
    expect(found({ lifecycle: [lifecycleFact(rule)] })).toEqual(refused ? ['lifecycle refused'] : []);
  });
});
