import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import type { S3Api } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import { isHoldfastError } from '../../src/errors.js';
import type { ContentCopy } from '../../src/ports/index.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { makeBucket, openTestS3 } from '../emulators/test-bucket.js';
import { watchS3 } from '../emulators/watched-s3.js';
import { seeded } from './support/faulty-http.js';

/** As many as fit into half a minute; 1,000 and more are run by hand. */
const RUNS = Number(process.env['HOLDFAST_TEST_FAULTS'] ?? 100);
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? Date.now() % 1_000_000);
/** Of a hundred requests, how many are lost before, and how many after S3 has carried them out. */
const PERCENT = 15;
const STEPS = 12;

let emulator: Emulator;
let s3: S3Api;
let bucket: ContentBucket;

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  s3 = await openTestS3(emulator);
  bucket = await makeBucket(emulator);
});
afterAll(async () => {
  s3.close();
  await emulator.stop();
});

/** Repeats what got no answer, as a user would; anything else is thrown. */
async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'unavailable' || tries === 200) throw error;
    }
  }
}

/** Plays random steps on a repository of its own, and returns how many requests or answers were lost. */
async function play(random: () => number, repository: string): Promise<number> {
  let lost = 0;
  const faulty = watchS3(s3, () => {
    const dice = random() * 100;
    if (dice >= 2 * PERCENT) return 'none';
    lost += 1;
    return dice < PERCENT ? 'before' : 'after';
  });
  const content = new S3Content(faulty.s3, bucket);
  const texts = ['a', 'b', 'c'].map((name) => `${name} of ${repository}`);
  const generations = texts.map(() => 1);
  const stored = texts.map(() => false);
  const copyOf = (i: number): ContentCopy => ({
    repository,
    digest: `sha256:${createHash('sha256').update(texts[i]!).digest('hex')}`,
    generation: generations[i]!,
  });
  const sourceOf = (i: number) => ({ open: () => Readable.from([Buffer.from(texts[i]!)]) });
  for (let step = 0; step < STEPS; step += 1) {
    const i = Math.floor(random() * texts.length);
    const put = () => untilAnswered(() => content.put(copyOf(i), sourceOf(i)));
    if (random() < 0.7) {
      await Promise.all([put(), put()]);
      stored[i] = true;
    } else if (stored[i]) {
      await untilAnswered(() => content.delete(copyOf(i)));
      // A generation whose removal has begun is never used again.
      stored[i] = false;
      expect(await untilAnswered(() => content.has(copyOf(i)))).toBeUndefined();
      generations[i]! += 1;
    }
    const there = await untilAnswered(() => content.has(copyOf(i)));
    expect(there).toBe(stored[i] ? texts[i]!.length : undefined);
  }
  const sure = new S3Content(s3, bucket);
  const expected = texts.flatMap((_, i) => (stored[i] ? [copyOf(i)] : []));
  for (const [i, text] of texts.entries()) {
    if (stored[i]) expect((await buffer(await sure.open(copyOf(i)))).toString()).toBe(text);
  }
  const { Versions = [], DeleteMarkers = [] } = await s3.listVersions({
    Bucket: bucket.name,
    Prefix: `content/${repository}/`,
  });
  // No copy twice, none that was removed, and no marker: whatever was repeated counted once.
  expect({ versions: Versions.length, markers: DeleteMarkers.length }).toEqual({
    versions: expected.length,
    markers: 0,
  });
  return lost;
}

test(
  `requests and answers lost at random change nothing that was acknowledged (seed ${SEED})`,
  async () => {
    const random = seeded(SEED);
    let lost = 0;
    for (let run = 0; run < RUNS; run += 1) lost += await play(random, `run-${run}`);
    expect(lost).toBeGreaterThan(RUNS);
  },
  60_000 + RUNS * 1_000,
);
