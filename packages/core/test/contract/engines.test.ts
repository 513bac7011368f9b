import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { openEngine } from '../../src/engines/open.js';
import { catalogContract, contentStorageContract, type EngineHarness } from '../../src/testing/index.js';
import { temporaryFolder } from './support/temporary-folder.js';

async function openTwice(url: string, remove: () => void): ReturnType<EngineHarness['open']> {
  const options = { bucket: 'a-bucket-of-the-user' };
  const handles = [await openEngine(url, options), await openEngine(url, options)] as const;
  return {
    handles,
    close: async () => {
      await Promise.all(handles.map(({ catalog }) => catalog.close()));
      remove();
    },
  };
}

const harnesses: readonly EngineHarness[] = [
  { name: 'memory:', open: () => openTwice(`memory:${randomUUID()}`, () => undefined) },
  {
    name: 'file:',
    open: () => {
      const folder = temporaryFolder('contract');
      return openTwice(`file:${folder}`, () => rmSync(folder, { recursive: true }));
    },
  },
];

describe.each(harnesses)('$name', (harness) => {
  const cases = [...contentStorageContract(harness), ...catalogContract(harness)];
  test.each(cases)('$name', async (promise) => {
    await expect(promise.run()).resolves.toBeUndefined();
  });
});
