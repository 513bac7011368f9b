import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { packTree, readTree, treeDigestOfZip, type PackResult } from '../../../src/packing/index.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

describe('treeDigestOfZip', () => {
  let file: string;
  let packed: PackResult;

  beforeEach(async () => {
    const root = directoryWith({
      'a.txt': 'text '.repeat(100),
      'big.bin': Buffer.alloc(2_000_000, 'abcdefg'),
    });
    file = join(temporaryDirectory(), 'out.zip');
    packed = await packTree(readTree(root), file);
  });

  test.each(['a.txt', 'big.bin'])('finds a flipped bit in the data of %s', async (path) => {
    const entry = packed.index.entries.find((e) => e.path === path);
    const bytes = readFileSync(file);
    const at = (entry?.dataOffset ?? NaN) + ((entry?.compressedSize ?? NaN) >> 1);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    writeFileSync(file, bytes);
    await expect(treeDigestOfZip(file)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`"${path}"`),
    });
  });

  test('answers with a digest or `corrupt` for every zip that is cut off or has a changed byte', async () => {
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at += 37) {
      const spoiled = Buffer.from(bytes);
      spoiled[at] = (spoiled[at] ?? 0) ^ 0x5a;
      for (const variant of [spoiled, bytes.subarray(0, at)]) {
        writeFileSync(file, variant);
        const outcome = await treeDigestOfZip(file).catch((error: unknown) => error);
        // Bytes that carry nothing, such as times, may change without changing the tree.
        const isRefused = typeof outcome === 'object' && outcome !== null && 'code' in outcome;
        expect(isRefused ? outcome.code : typeof outcome).toBe(isRefused ? 'corrupt' : 'string');
      }
    }
  });

  test('refuses what is no zip, and tells it from what is not there', async () => {
    writeFileSync(file, 'hello');
    await expect(treeDigestOfZip(file)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(treeDigestOfZip(`${file}.no`)).rejects.toMatchObject({ code: 'not-found' });
  });
});
