import { hash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  packTree,
  readTree,
  TreeMemory,
  type PackIndex,
  type PackOptions,
} from '../../../src/packing/index.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

describe('packing with a previous zip', () => {
  let root: string;
  let out: string;
  let file: string;
  let index: PackIndex;

  beforeEach(async () => {
    root = directoryWith({
      'node_modules/a.js': 'module.exports = 1;\n'.repeat(90),
      'node_modules/big.bin': Buffer.alloc(2_500_000, 'some text '),
      'src/one.js': 'export const one = 1;\n'.repeat(40),
      'src/two.js': 'export const two = 2;\n'.repeat(40),
    });
    symlinkSync('one.js', join(root, 'src/link'));
    mkdirSync(join(root, 'src/nothing'));
    out = temporaryDirectory();
    file = join(out, 'first.zip');
    index = (await packTree(readTree(root), file)).index;
  });

  async function pack(options: PackOptions): Promise<Buffer> {
    const directory = mkdtempSync(join(out, 'pack-'));
    // As the store packs, with what is known of contents that have not changed, and as whoever knows nothing does.
    const memory = new TreeMemory(join(out, 'cache'), root);
    const known = await memory.recognise();
    const result = await packTree(known.known(), join(directory, 'known.zip'), options);
    await packTree(readTree(root), join(directory, 'out.zip'), options);
    expect(readFileSync(join(directory, 'known.zip')).equals(readFileSync(join(directory, 'out.zip')))).toBe(
      true,
    );
    memory.keepPacking(result.index);
    expect(memory.lastPacking()).toEqual(result.index);
    return readFileSync(join(directory, 'out.zip'));
  }

  const changes: readonly (readonly [string, (at: (path: string) => string) => void])[] = [
    ['nothing changed', () => undefined],
    ['a file was edited', (at) => writeFileSync(at('src/one.js'), 'export const one = 111;\n'.repeat(60))],
    [
      'a file was edited and kept its size',
      (at) => writeFileSync(at('src/one.js'), 'export const uno = 1;\n'.repeat(40)),
    ],
    [
      'a large file was edited and kept its size',
      (at) => writeFileSync(at('node_modules/big.bin'), Buffer.alloc(2_500_000, 'same size ')),
    ],
    [
      'a link leads elsewhere',
      (at) => {
        rmSync(at('src/link'));
        symlinkSync('two.js', at('src/link'));
      },
    ],
    [
      'a link became a file',
      (at) => {
        rmSync(at('src/link'));
        writeFileSync(at('src/link'), 'one.js');
      },
    ],
    [
      'an empty directory became a file',
      (at) => {
        rmdirSync(at('src/nothing'));
        writeFileSync(at('src/nothing'), '');
      },
    ],
    [
      'files are new in front, between and behind',
      (at) => {
        for (const path of ['a', 'src/p', 'z']) writeFileSync(at(path), path);
      },
    ],
    ['a file is gone', (at) => rmSync(at('src/one.js'))],
    [
      'files have changed places',
      (at) => {
        renameSync(at('src/one.js'), at('x'));
        renameSync(at('src/two.js'), at('src/one.js'));
        renameSync(at('x'), at('src/two.js'));
      },
    ],
    ['a file was renamed', (at) => renameSync(at('src/one.js'), at('src/zwei.js'))],
    ['a file was made executable', (at) => chmodSync(at('src/one.js'), 0o755)],
    [
      'a file is gone and another one new',
      (at) => {
        rmSync(at('src/one.js'));
        writeFileSync(at('a'), 'new');
      },
    ],
  ];

  test.each(changes)('gives the bytes of a clean build when %s', async (_, change) => {
    change((path) => join(root, path));
    expect((await pack({ previous: { file, index } })).equals(await pack({}))).toBe(true);
  });

  test('copies what did not change: a wrong byte in a trusted zip comes along', async () => {
    const entry = index.entries.find(({ path }) => path === 'node_modules/a.js');
    const bytes = readFileSync(file);
    const at = (entry?.dataOffset ?? NaN) + 5;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
    const trusted = { ...index, crc32: crc32(bytes) };
    expect((await pack({ previous: { file, index: trusted } })).equals(bytes)).toBe(true);
  });

  test.each<readonly [string, (previous: string) => void]>([
    ['is gone', (previous) => rmSync(previous)],
    ['has changed', (previous) => writeFileSync(previous, readFileSync(previous).fill(0, 200, 210))],
    ['is cut off', (previous) => writeFileSync(previous, readFileSync(previous).subarray(0, 500))],
    ['is longer', (previous) => appendFileSync(previous, 'more')],
  ])('does without a zip that %s', async (_, spoil) => {
    const clean = await pack({});
    spoil(file);
    expect((await pack({ previous: { file, index } })).equals(clean)).toBe(true);
  });

  test.each<readonly [string, string, (bytes: Buffer) => number]>([
    ['in front of a change', 'src/two.js', () => 200],
    ['behind a change', 'node_modules/a.js', () => index.entries.at(-1)!.dataOffset],
    [
      'in what is not copied',
      'src/one.js',
      () => index.entries.find((e) => e.path === 'src/one.js')!.dataOffset,
    ],
    ['in its directory', 'src/one.js', (bytes) => bytes.length - 30],
  ])('does without a zip that is damaged %s', async (_, changed, placeOf) => {
    appendFileSync(join(root, changed), 'more');
    const clean = await pack({});
    const bytes = readFileSync(file);
    const at = placeOf(bytes);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
    const result = await packTree(readTree(root), join(out, 'mended.zip'), { previous: { file, index } });
    expect(readFileSync(join(out, 'mended.zip')).equals(clean)).toBe(true);
    expect(result.digest).toBe(`sha256:${hash('sha256', clean, 'hex')}`);
    expect(readdirSync(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('gives the digest of what it wrote when another thread takes it', async () => {
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(root, name), randomBytes(8_000_000));
    writeFileSync(join(root, 'large.bin'), randomBytes(9_000_000));
    const first = await packTree(readTree(root), join(out, 'large.zip'));
    const previous = { file: join(out, 'large.zip'), index: first.index };
    appendFileSync(join(root, 'a'), 'more');
    appendFileSync(join(root, 'large.bin'), 'more');
    const second = await packTree(readTree(root), join(out, 'second.zip'), { previous });
    const bytes = readFileSync(join(out, 'second.zip'));
    const expected = {
      digest: `sha256:${hash('sha256', bytes, 'hex')}`,
      crc32: crc32(bytes),
      size: bytes.length,
    };
    expect(second.index).toMatchObject(expected);
    expect(await packTree(readTree(root), join(out, 'clean.zip'))).toMatchObject(second);
  });

  test('does not read a content whose digest is known and whose compression can be copied', async () => {
    const digests = new Map(index.entries.map(({ path, content }) => [path, content]));
    const entries = readTree(root).entries.map((entry) =>
      entry.kind === 'file'
        ? { ...entry, source: { file: '/nowhere' }, sha256: digests.get(entry.path) ?? '' }
        : entry,
    );
    await packTree({ entries }, join(out, 'copied.zip'), { previous: { file, index } });
    expect(readFileSync(join(out, 'copied.zip')).equals(readFileSync(file))).toBe(true);
    await expect(packTree({ entries }, join(out, 'clean.zip'))).rejects.toMatchObject({ code: 'conflict' });
  });

  test('does without a zip of another compressor, and takes an index that went through JSON', async () => {
    const previous = { file, index: JSON.parse(JSON.stringify(index)) as PackIndex };
    expect((await pack({ previous, level: 1 })).equals(await pack({ level: 1 }))).toBe(true);
    expect((await pack({ previous })).equals(await pack({}))).toBe(true);
  });
});
