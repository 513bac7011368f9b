import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './support/child.js';
import { compileWorkers } from './support/compile.js';
import { temporaryFolder } from './support/temporary-folder.js';

/** How many random histories each engine plays: all of them in `npm test`, fewer where one suite is run by hand. */
const HISTORIES = Number(process.env['HOLDFAST_TEST_HISTORIES'] ?? 1_000);
/** As long as a busy machine may take for them. */
const PATIENCE_MS = 60_000 + 60 * HISTORIES;

const folder = temporaryFolder('histories');
let workers: string;

beforeAll(() => {
  workers = compileWorkers(join(folder, 'program'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test(
  `${HISTORIES} random histories on each engine agree with the model`,
  async () => {
    // In processes of their own, so that every processor has something to do; files take twice as long as memory.
    const shares = [
      ['memory:histories-', HISTORIES],
      [`file:${join(folder, 'a-')}`, HISTORIES / 2],
      [`file:${join(folder, 'b-')}`, HISTORIES / 2],
    ] as const;
    const children = shares.map(([url, count]) => new Child(workers, 'histories.js', url, String(count)));
    // A child that disagrees ends with the shortest history in which it does.
    const played = await Promise.all(children.map((child) => child.finished()));
    expect(played.flat()).toEqual(shares.map(([, count]) => ({ played: count })));
  },
  PATIENCE_MS,
);
