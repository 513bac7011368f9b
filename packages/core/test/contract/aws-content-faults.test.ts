import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import { openS3, type S3Api } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import { isHoldfastError } from '../../src/errors.js';
import type { ContentCopy } from '../../src/ports/index.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { clientConfig, makeBucket, openTestS3 } from '../emulators/test-bucket.js';
import { S3 } from './support/faults.js';
import { FaultyHttp, seeded } from './support/faulty-http.js';

/** As many as fit into half a minute; 1,000 and more are run by hand. */
const RUNS = Number(process.env['HOLDFAST_TEST_FAULTS'] ?? 60);
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? Date.now() % 1_000_000);
/** One of two clients sends again by itself; with the other the caller sees each failure, and repeats the whole. */
const ATTEMPTS = [1, 3] as const;
/** How many of a hundred requests meet a fault. */
const PERCENT = 25;
const STEPS = 12;
/** The emulator takes parts of any size. */
const PART_BYTES = 64;

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

interface Tally {
  /** How often a caller was told that there was no answer. */
  failures: number;
}

/** Repeats what got no answer, as a user would; anything else is thrown. */
async function untilAnswered<T>(tally: Tally, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'unavailable' || tries === 200) throw error;
      tally.failures += 1;
    }
  }
}

/** Plays random steps on a repository of its own, and compares what is there in the end with what was acknowledged. */
async function play(
  random: () => number,
  faulty: readonly S3Api[],
  repository: string,
  tally: Tally,
): Promise<void> {
  const contents = faulty.map((client) => new S3Content(client, bucket, { partBytes: PART_BYTES }));
  const content = () => contents[Math.floor(random() * contents.length)]!;
  // The last goes up in parts.
  const texts = [`a of ${repository}`, `b of ${repository}`, `c of ${repository} `.repeat(12)];
  const generations = texts.map(() => 1);
  const stored = texts.map(() => false);
  const copyOf = (i: number): ContentCopy => ({
    repository,
    digest: `sha256:${createHash('sha256').update(texts[i]!).digest('hex')}`,
    generation: generations[i]!,
  });
  const sourceOf = (i: number) => ({ open: () => Readable.from([Buffer.from(texts[i]!)]) });
  const answered = <T>(work: () => Promise<T>): Promise<T> => untilAnswered(tally, work);
  for (let step = 0; step < STEPS; step += 1) {
    const i = Math.floor(random() * texts.length);
    const put = () => answered(() => content().put(copyOf(i), sourceOf(i)));
    if (random() < 0.7) {
      await Promise.all([put(), put()]);
      stored[i] = true;
    } else if (stored[i]) {
      await answered(() => content().delete(copyOf(i)));
      // A generation whose removal has begun is never used again.
      stored[i] = false;
      expect(await answered(() => content().has(copyOf(i)))).toBeUndefined();
      generations[i]! += 1;
    }
    const there = await answered(() => content().has(copyOf(i)));
    expect(there).toBe(stored[i] ? texts[i]!.length : undefined);
    if (!stored[i]) continue;
    const read = await answered(async () => buffer(await content().open(copyOf(i))));
    expect(read.toString()).toBe(texts[i]);
  }
  await answered(() => content().removeAbandoned(new Date(Date.now() + 60_000), repository));
  await expectStored(
    repository,
    texts.filter((_, i) => stored[i]),
  );
}

/** No copy twice, none that was removed, no marker and no upload: whatever was repeated counted once. */
async function expectStored(repository: string, texts: readonly string[]): Promise<void> {
  const place = { Bucket: bucket.name, Prefix: `content/${repository}/` };
  const { Versions = [], DeleteMarkers = [] } = await s3.listVersions(place);
  const { Uploads = [] } = await s3.listUploads(place);
  const sizes = Versions.map(({ Size = 0 }) => Size).toSorted((a, b) => a - b);
  expect(sizes).toEqual(texts.map(({ length }) => length).toSorted((a, b) => a - b));
  expect({ markers: DeleteMarkers.length, uploads: Uploads.length }).toEqual({ markers: 0, uploads: 0 });
}

test(
  `whatever fails between us and S3, no copy is lost, stored twice or made up (seed ${SEED})`,
  async () => {
    const random = seeded(SEED);
    const http = new FaultyHttp(S3, random, PERCENT);
    const faulty = ATTEMPTS.map((attempts) =>
      openS3({ ...clientConfig(emulator), ...http.config(attempts) }),
    );
    const tally: Tally = { failures: 0 };
    for (let run = 0; run < RUNS; run += 1) await play(random, faulty, `run-${run}`, tally);
    for (const client of faulty) client.close();
    // Otherwise the runs did not meet what they are for.
    expect([...http.faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5 * RUNS);
    expect(tally.failures).toBeGreaterThan(RUNS);
    expect(http.faults.size).toBe(S3.faults.length);
  },
  60_000 + RUNS * 10_000,
);
