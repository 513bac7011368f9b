import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type ProgressEvent } from '../../src/index.js';
import { material } from '../../src/testing/material.js';
import { Child } from './support/child.js';
import { compileWorkers } from './support/compile.js';
import { damage } from './support/content-files.js';
import { temporaryFolder } from './support/temporary-folder.js';

const GIB = 1024 ** 3;
const MOST_BYTES = 200_000_000;
const root = temporaryFolder('big');
const folder = join(root, 'store');
const url = `file:${folder}`;
let workers: string;

beforeAll(() => {
  workers = compileWorkers(join(root, 'program'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** As long as a busy machine with a slow disk may take to write 2 GiB and read them twice. */
const PATIENCE_MS = 600_000;

test(
  'a file of 2 GiB is published in less than 200 MB of memory, and again without moving a byte',
  async () => {
    const file = join(root, 'big.bin');
    writeFileSync(file, 'a sparse file');
    truncateSync(file, 2 * GIB);
    const publish = async () => (await new Child(workers, 'publish-file.js', url, file).finished())[0];
    const first = await publish();
    expect(first).toMatchObject({ size: 2 * GIB, uploaded: true });
    const again = await publish();
    expect(again).toEqual({ ...(first as object), uploaded: false, peakBytes: expect.any(Number) });
    for (const { peakBytes } of [first, again] as { peakBytes: number }[])
      expect(peakBytes).toBeLessThan(MOST_BYTES);
  },
  PATIENCE_MS,
);

test('publishing by digest alone reads no byte of what is stored', async () => {
  const { bytes, digest } = material('stored once');
  const events: ProgressEvent[] = [];
  const store = await openStore(url, { onEvent: (event) => events.push(event) });
  const first = await store.publish({ id: 'one', source: { kind: 'bytes', bytes } });
  // Whoever read this would notice.
  damage(folder, digest, () => Buffer.alloc(bytes.length));
  events.length = 0;
  const second = await store.publish({ id: 'two', source: { kind: 'digest', digest } });
  expect(second).toMatchObject({
    outcome: 'created',
    uploaded: false,
    version: { digest, size: first.version.size },
  });
  expect(events).toEqual([]);
  await store.close();
});

test('a digest that is not stored is not published', async () => {
  const { digest } = material('never stored');
  const store = await openStore(url);
  const publishing = store.publish({ id: 'three', source: { kind: 'digest', digest } });
  await expect(publishing).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining(digest),
  });
  await expect(store.resolve('three')).rejects.toMatchObject({ code: 'not-found' });
  // Nothing was begun, so there is nothing to sweep either.
  const arn = expect.stringContaining(digest);
  expect((await store.gc({ dryRun: true })).items).not.toContainEqual(expect.objectContaining({ arn }));
  await store.close();
});
