import { expect, test } from '@jest/globals';
import { findLive, type StagingEvidence } from '../../src/staging/find-live.js';

const A = `${'a'.repeat(64)}.zip`;
const B = `prefix/${'b'.repeat(64)}.json`;
const evidence = (
  texts: Record<string, string>,
  doubts: StagingEvidence['doubts'] = [],
): StagingEvidence => ({
  doubts,
  texts: Object.entries(texts).map(([source, text]) => ({
    stackId: 'arn:shop',
    stackName: 'Shop',
    source,
    text,
  })),
});
const verdicts = (found: StagingEvidence) => findLive([{ key: A }, { key: B }, { key: 'notes.txt' }], found);

test('an object is live while a template or a change set that waits names it, and the report says who', () => {
  const found = verdicts(
    evidence({ template: `{"S3Key":"${A}"}`, 'template of the change set release': `x ${'b'.repeat(64)} y` }),
  );
  expect(found).toMatchObject([
    { key: A, verdict: 'live', reason: 'template of Shop' },
    { key: B, verdict: 'live', reason: 'template of the change set release of Shop' },
    { key: 'notes.txt', verdict: 'unknown' },
  ]);
});

test('dead is only what nothing names, and only while everything could be read', () => {
  expect(verdicts(evidence({ template: A }))[1]).toMatchObject({ verdict: 'dead', users: [] });
  const doubts = [{ code: 'access-denied', message: 'AWS refused to read its template' }];
  const [live, unknown] = verdicts(evidence({ template: A }, doubts));
  expect(live).toMatchObject({ verdict: 'live' });
  expect(unknown).toMatchObject({ verdict: 'unknown', reason: expect.stringContaining('AWS refused') });
});
