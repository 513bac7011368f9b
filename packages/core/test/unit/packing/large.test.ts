import { closeSync, createReadStream, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { createHash, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packTree, treeDigestOfZip, type TreeEntry } from '../../../src/packing/index.js';
import {
  centralHeader,
  endOfDirectory,
  localHeader,
  type ZipEntry,
} from '../../../src/packing/zip-format.js';
import { compilePacking, runWithPacking } from './support/compiled-packing.js';
import { readZip } from './support/read-zip.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const MIB = 1024 * 1024;

/** A file of these sizes in MiB: noise, then text, then a hole. */
function makeLargeFile(file: string, noise: number, text: number, hole: number): void {
  const fd = openSync(file, 'w');
  const block = Buffer.alloc(MIB);
  for (let i = 0; i < noise; i += 1) {
    writeSync(fd, randomFillSync(block));
  }
  block.fill('The quick brown fox jumps over the lazy dog. ');
  for (let i = 0; i < text; i += 1) {
    writeSync(fd, block);
  }
  ftruncateSync(fd, (noise + text + hole) * MIB);
  closeSync(fd);
}

describe('large input', () => {
  test('a file of 600 MiB is packed, and its zip read again, in bounded memory', async () => {
    const root = temporaryDirectory();
    makeLargeFile(join(root, 'big'), 100, 100, 400);
    const out = join(temporaryDirectory(), 'out.zip');
    const result = runWithPacking(
      compilePacking(),
      `const before = process.memoryUsage.rss();
       const packed = await packing.packTree(packing.readTree(${JSON.stringify(root)}), ${JSON.stringify(out)});
       const again = await packing.treeDigestOfZip(${JSON.stringify(out)});
       return { growth: process.resourceUsage().maxRSS * 1024 - before, same: again === packed.treeDigest, digest: packed.digest };`,
    ) as { growth: number; same: boolean; digest: string };
    expect(result.same).toBe(true);
    expect(result.growth).toBeLessThan(150 * MIB);
    expect(statSync(out).size).toBeLessThan(103 * MIB);
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(out) as AsyncIterable<Buffer>) {
      sum.update(chunk);
    }
    expect(`sha256:${sum.digest('hex')}`).toBe(result.digest);
  }, 120_000);

  test('more entries than a zip without 64-bit fields can count', async () => {
    const bytes = Buffer.from('x');
    const entries = Array.from({ length: 70_000 }, (_, i): TreeEntry => {
      const path = `d${i % 100}/f${i}`;
      return { kind: 'file', path, mode: 0o644, size: 1, source: { bytes } };
    });
    const out = join(temporaryDirectory(), 'out.zip');
    const packed = await packTree({ entries }, out);
    expect(packed.entries).toBe(70_000);
    expect(await treeDigestOfZip(out)).toBe(packed.treeDigest);
  }, 120_000);

  test('sizes and offsets beyond 32 bits are written so that readers understand them', async () => {
    // Holes make a zip of 9 GiB that takes no room: only its headers are written.
    const size = 4 * 1024 * MIB + 5;
    const out = join(temporaryDirectory(), 'out.zip');
    const fd = openSync(out, 'w');
    const records: { name: string; entry: ZipEntry }[] = [];
    let at = 0;
    for (const [name, length] of [
      ['one', size],
      ['two', size],
      ['small', 3],
    ] as const) {
      const entry = {
        method: 'stored',
        crc32: 0,
        size: length,
        compressedSize: length,
        offset: at,
      } as const;
      const header = localHeader(name, entry);
      writeSync(fd, header, 0, header.length, at);
      at += header.length + length;
      records.push({ name, entry });
    }
    const directory = Buffer.concat(
      records.map(({ name, entry }) => Buffer.from(centralHeader(name, 0o100644, entry))),
    );
    const end = Buffer.concat([directory, endOfDirectory(records.length, at, directory.length)]);
    writeSync(fd, end, 0, end.length, at);
    closeSync(fd);
    const { openPromise } = await import('yauzl');
    const zip = await openPromise(out, { lazyEntries: true });
    const read: unknown[] = [];
    for await (const entry of zip.eachEntry()) {
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry);
      read.push([entry.fileName, entry.uncompressedSize, entry.compressedSize, fileDataStart]);
    }
    expect(read).toEqual([
      ['one', size, size, 30 + 3 + 20],
      ['two', size, size, 2 * (30 + 3 + 20) + size],
      ['small', 3, 3, 2 * (30 + 3 + 20 + size) + 30 + 5],
    ]);
  });

  test('a content just above one block comes back whole', async () => {
    const bytes = Buffer.concat([randomFillSync(Buffer.alloc(MIB)), Buffer.from('!')]);
    const out = join(temporaryDirectory(), 'out.zip');
    await packTree(
      { entries: [{ kind: 'file', path: 'a', mode: 0o755, size: bytes.length, source: { bytes } }] },
      out,
    );
    expect((await readZip(out))[0]?.content.equals(bytes)).toBe(true);
  });
});
