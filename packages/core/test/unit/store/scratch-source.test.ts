import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FileContent } from '../../../src/engines/file/content.js';

const bytes = Buffer.from('a zip that was just packed');
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;
const copy = { repository: 'default', digest, generation: 1 };

let folder: string;
let content: FileContent;
let scratchFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-scratch-'));
  mkdirSync(join(folder, 'scratch'));
  mkdirSync(join(folder, 'content'));
  const identity = { partition: 'aws', region: 'local', account: '000000000000' };
  content = new FileContent(join(folder, 'content'), join(folder, 'scratch'), identity, undefined);
  scratchFile = join(folder, 'scratch', 'packed');
  writeFileSync(scratchFile, bytes);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a file in the scratch folder becomes the copy without being read, and can be put once more', async () => {
  const open = (): Readable => {
    throw new Error('nobody needs to read it');
  };
  const source = { open, size: bytes.length, scratchFile };
  await content.put(copy, source);
  await content.put({ ...copy, generation: 2 }, source);
  rmSync(scratchFile, { force: true });
  for (const generation of [1, 2]) {
    const path = content.localPath({ ...copy, generation });
    expect(statSync(path).mode & 0o777).toBe(0o444);
    expect(await (await content.open({ ...copy, generation })).toArray()).toEqual([bytes]);
  }
  expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
});

test('a file of another length than was said is read, and found to be corrupt', async () => {
  writeFileSync(scratchFile, 'something else');
  const source = { open: () => Readable.from(['something else']), size: bytes.length, scratchFile };
  await expect(content.put(copy, source)).rejects.toMatchObject({ code: 'corrupt' });
  expect(await content.has(copy)).toBeUndefined();
});
