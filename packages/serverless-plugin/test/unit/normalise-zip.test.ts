import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBufferPromise } from 'yauzl';
import { normaliseZip } from '../../src/packing/normalise-zip.js';
import { zipOf } from '../support/zip.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-normalise-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let made = 0;
async function normalised(bytes: Buffer): Promise<Buffer> {
  const file = join(folder, `${(made += 1)}.zip`);
  await writeFile(file, bytes);
  await chmod(file, 0o644);
  await normaliseZip(file);
  return readFile(file);
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('leaves out bytecode that Python passes over, and that pip makes anew each time', async () => {
  const bytecode = (flags: number, second: number): string => {
    const header = Buffer.alloc(16, 'A');
    header.writeUInt32LE(flags, 4);
    header.writeUInt32LE(second, 8);
    return header.toString('latin1');
  };
  const packed = (second: number): Buffer =>
    zipOf([
      { name: 'pkg/__init__.py', content: 'x = 1' },
      { name: 'pkg/__pycache__/__init__.cpython-312.pyc', content: bytecode(0, second) },
    ]);
  expect(digest(await normalised(packed(0x01010101)))).toBe(digest(await normalised(packed(0x02020202))));
  const byDigest = (flags: number): Buffer =>
    zipOf([
      { name: 'pkg/__init__.py', content: 'x = 1' },
      { name: 'pkg/__pycache__/__init__.cpython-312.pyc', content: bytecode(flags, 0x01010101) },
    ]);
  expect(digest(await normalised(byDigest(1)))).not.toBe(digest(await normalised(packed(0x01010101))));
  expect(digest(await normalised(byDigest(1)))).not.toBe(digest(await normalised(byDigest(3))));
});

test('the same files are the same bytes, whoever packed them, when and in which order', async () => {
  const one = await normalised(
    zipOf([
      { name: 'b.js', content: 'exports.b = 1;', time: 7 },
      { name: 'a.js', content: 'exports.a = 1;' },
    ]),
  );
  const other = await normalised(
    zipOf([
      { name: 'lib/', content: '', stored: true, mode: 0o755 },
      { name: 'a.js', content: 'exports.a = 1;', stored: true, mode: 0o664 },
      { name: 'b.js', content: 'exports.b = 1;', time: 900 },
    ]).subarray(0),
  );
  const third = await normalised(
    zipOf([
      { name: 'a.js', content: 'exports.a = 1;', stored: true, mode: 0o600 },
      { name: './b.js', content: 'exports.b = 1;' },
    ]),
  );
  expect(digest(third)).toBe(digest(one));
  // An empty folder is something of its own.
  expect(digest(other)).not.toBe(digest(one));
  expect(digest(await normalised(one))).toBe(digest(one));
});

test('keeps contents and the executable bit', async () => {
  const zip = await fromBufferPromise(
    await normalised(
      zipOf([
        { name: 'bin/tool', content: '#!/bin/sh', mode: 0o775 },
        { name: 'bin/', content: '', stored: true },
        { name: 'z.txt', content: 'z' },
      ]),
    ),
  );
  const found = [];
  for await (const entry of zip.eachEntry()) {
    found.push([entry.fileName, ((entry.externalFileAttributes >>> 16) & 0o777).toString(8)]);
  }
  expect(found).toEqual([
    ['bin/tool', '755'],
    ['z.txt', '644'],
  ]);
});

test('refuses what is damaged, and leaves it as it is', async () => {
  const bytes = zipOf([{ name: 'a.js', content: 'exports.a = 1;', stored: true }]);
  bytes[40] = bytes[40]! ^ 1;
  const file = join(folder, 'damaged.zip');
  await writeFile(file, bytes);
  await expect(normaliseZip(file)).rejects.toMatchObject({ code: 'corrupt' });
  expect(digest(await readFile(file))).toBe(digest(bytes));
});
