import { afterAll, expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { HISTORIES, HISTORIES_TIMEOUT_MS, playHistories } from './support/play-histories.js';
import { temporaryFolder } from './support/temporary-folder.js';

const folder = temporaryFolder('histories');
afterAll(() => rmSync(folder, { recursive: true }));

test(
  'random histories on file: agree with the model',
  async () => {
    let opened = 0;
    const freshUrl = (): string => `file:${join(folder, `store-${(opened += 1)}`)}`;
    // Two at a time: while one waits for the disk, the other goes on.
    const halves = [playHistories(HISTORIES / 2, freshUrl), playHistories(HISTORIES / 2, freshUrl)];
    await expect(Promise.all(halves)).resolves.toEqual([undefined, undefined]);
  },
  HISTORIES_TIMEOUT_MS,
);
