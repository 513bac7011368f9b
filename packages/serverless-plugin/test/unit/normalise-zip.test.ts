import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';
import { normaliseZip } from '../../src/packing/normalise-zip.js';

interface Entry {
  readonly name: string;
  readonly content: string;
  readonly mode?: number;
  readonly time?: number;
  readonly stored?: boolean;
}

/** A zip as some packer might write it: in any order, with any times, compressed or not. */
function zipOf(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o644, time = 0, stored = false } of entries) {
    const plain = Buffer.from(content);
    const data = stored ? plain : deflateRawSync(plain, { level: 1 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt16LE(time, 6);
    common.writeUInt16LE(0x5821, 8);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(plain.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((((name.endsWith('/') ? 0o040000 : 0o100000) | mode) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const made = Buffer.from([20, 3]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), made, common, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, all, end]);
}

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
