import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { HISTORIES, HISTORIES_TIMEOUT_MS, playHistories } from './support/play-histories.js';

test(
  'random histories on memory: agree with the model',
  async () => {
    await expect(playHistories(HISTORIES, () => `memory:${randomUUID()}`)).resolves.toBeUndefined();
  },
  HISTORIES_TIMEOUT_MS,
);
