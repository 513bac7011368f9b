import { spawnSync } from 'node:child_process';
import fs, {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  digestTree,
  packTree,
  readTree,
  treeDigestOfZip,
  type Tree,
  type TreeEntry,
} from '../../../src/packing/index.js';
import { readZip } from './support/read-zip.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

const MIB = 1024 * 1024;

/** Bytes that look random, the same for the same seed. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = seed | 1;
  for (let i = 0; i < length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}

const content: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.string({ minLength: 1 }), fc.nat(400_000))
      .map(([text, n]) => Buffer.alloc(n, text)),
  },
  { weight: 2, arbitrary: fc.tuple(fc.nat(400_000), fc.nat()).map(([n, seed]) => noise(n, seed)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 70_001), fc.nat(), fc.boolean())
      .map(([n, seed, mixed]) =>
        Buffer.concat([noise(mixed ? n >> 1 : 0, seed), Buffer.alloc(n, 'lorem ipsum ')]),
      ),
  },
);
const segment = fc.constantFrom(
  'a',
  'B',
  'node_modules',
  'vendor',
  '\u00e9',
  '\u{1f600}',
  '\ufb01',
  'back\\slash',
  ' ',
);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const entry: fc.Arbitrary<TreeEntry> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ path, mode: fc.constantFrom<0o644 | 0o755>(0o644, 0o755), bytes: content })
      .map(({ bytes, ...rest }): TreeEntry => ({
        kind: 'file',
        ...rest,
        size: bytes.length,
        source: { bytes },
      })),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('symlink' as const), path, target: path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('directory' as const), path }) },
);
const tree: fc.Arbitrary<Tree> = fc
  .uniqueArray(entry, { selector: ({ path: name }) => name, maxLength: 12 })
  .map((entries) => ({ entries }));

function asZipped(item: TreeEntry): readonly [string, number, string] {
  switch (item.kind) {
    case 'file':
      return [
        item.path,
        0o100000 | item.mode,
        'bytes' in item.source ? Buffer.from(item.source.bytes).toString('base64') : '',
      ];
    case 'symlink':
      return [item.path, 0o120777, Buffer.from(item.target).toString('base64')];
    case 'directory':
      return [`${item.path}/`, 0o040755, ''];
  }
}

/**
 * Notes when a file has been flushed, and when one that ever was is closed. Flushing takes until some turns after a file of that name was
 * asked for.
 */
function watchFlushing(name: string): string[] {
  const calls: string[] = [];
  const asked = Promise.withResolvers<undefined>();
  const flushed = new Set<number>();
  const { fdatasync, closeSync, openSync } = fs;
  jest.spyOn(fs, 'openSync').mockImplementation((...args) => {
    if (String(args[0]).endsWith(name)) asked.resolve(undefined);
    return openSync(...args);
  });
  jest.spyOn(fs, 'fdatasync').mockImplementation((fd, done) => {
    flushed.add(fd);
    fdatasync(fd, (error) => {
      void asked.promise.then(async () => {
        for (let turn = 0; turn < 20; turn += 1) await setImmediate();
        calls.push('flushed');
        done(error);
      });
    });
  });
  jest.spyOn(fs, 'closeSync').mockImplementation((fd) => {
    closeSync(fd);
    if (flushed.delete(fd)) calls.push('closed');
  });
  return calls;
}

describe('packTree', () => {
  test('holds exactly the tree, and all ways to its tree digest agree', async () => {
    const directory = temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.constantFrom(1, 6, 9),
        fc.constantFrom(1, 3, 8),
        async (input, level, concurrency) => {
          const file = join(directory, 'out.zip');
          const packed = await packTree(input, file, { level, concurrency });
          const read = await readZip(file);
          const byName = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number =>
            a[0] < b[0] ? -1 : 1;
          expect(
            read.map((e) => [e.path, e.unixMode, e.content.toString('base64')] as const).sort(byName),
          ).toEqual(input.entries.map(asZipped).sort(byName));
          expect(packed).toMatchObject({ entries: input.entries.length, size: readFileSync(file).length });
          expect(await digestTree(input)).toBe(packed.treeDigest);
          expect(await treeDigestOfZip(file)).toBe(packed.treeDigest);
        },
      ),
      { numRuns: 120 },
    );
  }, 300_000);

  test('packs a directory that reads back from disk', async () => {
    const root = directoryWith({ 'a/b.txt': 'text', 'big.bin': Buffer.alloc(3 * MIB + 5, 'abc') });
    symlinkSync('a/b.txt', join(root, 'link'));
    mkdirSync(join(root, 'hollow'));
    const file = join(temporaryDirectory(), 'out.zip');
    const packed = await packTree(readTree(root), file);
    expect(packed.treeDigest).toMatch(/^tree1:[0-9a-f]{64}$/);
    expect(packed.treeDigest).toBe(await digestTree(readTree(root)));
    const read = new Map((await readZip(file)).map((e) => [e.path, e]));
    expect([...read.keys()].sort()).toEqual(['a/b.txt', 'big.bin', 'hollow/', 'link']);
    expect(read.get('big.bin')?.content.equals(readFileSync(join(root, 'big.bin')))).toBe(true);
    expect(read.get('link')).toMatchObject({ unixMode: 0o120777, content: Buffer.from('a/b.txt') });
  });

  test('stores what does not shrink', async () => {
    const bytes = noise(500_000, 7);
    const file = join(temporaryDirectory(), 'out.zip');
    const input: Tree = {
      entries: [
        { kind: 'file', path: 'noise', mode: 0o644, size: bytes.length, source: { bytes } },
        { kind: 'file', path: 'one', mode: 0o644, size: 1, source: { bytes: Buffer.from('x') } },
        { kind: 'file', path: 'text', mode: 0o644, size: 100, source: { bytes: Buffer.alloc(100, 'x') } },
      ],
    };
    await packTree(input, file);
    expect((await readZip(file)).map((e) => e.method)).toEqual([0, 0, 8]);
  });

  test('goes to the disk on the way where that is wanted, and is the same', async () => {
    const out = temporaryDirectory();
    const root = directoryWith({
      one: noise(12 * MIB, 1),
      three: noise(12 * MIB, 3),
      two: noise(7 * MIB, 2),
    });
    const plain = await packTree(readTree(root), join(out, 'plain.zip'));
    const calls = watchFlushing('two');
    expect(await packTree(readTree(root), join(out, 'flushed.zip'), { flush: true })).toEqual(plain);
    expect(readFileSync(join(out, 'flushed.zip')).equals(readFileSync(join(out, 'plain.zip')))).toBe(true);
    expect(calls).toContain('flushed');

    calls.length = 0;
    const tree = readTree(root);
    rmSync(join(root, 'two'));
    const packing = packTree(tree, join(out, 'none.zip'), { flush: true });
    await expect(packing).rejects.toMatchObject({ code: 'conflict' });
    // Closed while it is being flushed, its number could be another file's.
    expect(calls.filter((call) => call !== 'flushed')).toEqual(['closed']);
    expect(calls.at(-1)).toBe('closed');
    expect(calls).toContain('flushed');
    expect(readdirSync(out).sort()).toEqual(['flushed.zip', 'plain.zip']);
    jest.restoreAllMocks();
  });

  test('makes zips that every zip tool on this machine reads', async () => {
    const root = directoryWith({
      'a/\u00e9.txt': 'text',
      'big.bin': Buffer.alloc(3 * MIB + 5, 'abc'),
      empty: '',
    });
    symlinkSync('a', join(root, 'link'));
    mkdirSync(join(root, 'hollow'));
    const file = join(temporaryDirectory(), 'out.zip');
    await packTree(readTree(root), file);
    const readers = [
      ['python3', '-m', 'zipfile', '-t', file],
      ['unzip', '-tqq', file],
      ['zip', '-T', '-qq', file],
    ] as const;
    for (const [command, ...args] of readers) {
      const result = spawnSync(command, args, {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      const isMissing =
        result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT';
      expect(isMissing ? 0 : result.status).toBe(0);
      expect(`${result.stdout}${result.stderr}`).not.toMatch(/corrupt|bad|warning/i);
    }
    expect(await readZip(file)).toHaveLength(5);
  });

  test.each([{ level: 10 }, { level: 1.5 }, { concurrency: 0 }])('refuses %j', async (options) => {
    const file = join(temporaryDirectory(), 'out.zip');
    await expect(packTree({ entries: [] }, file, options)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test.each(['../up', '/top', 'a//b', 'a/', 'a/./b', ''])('refuses the path %j', async (bad) => {
    const entries: TreeEntry[] = [{ kind: 'directory', path: bad }];
    const file = join(temporaryDirectory(), 'out.zip');
    await expect(packTree({ entries }, file)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(existsSync(file)).toBe(false);
  });
});

describe('a packing that fails', () => {
  const changes: readonly (readonly [string, (file: string) => void])[] = [
    ['vanishes', (file) => rmSync(file)],
    ['grows', (file) => writeFileSync(file, 'x', { flag: 'a' })],
    ['shrinks', (file) => writeFileSync(file, 'x')],
    [
      'becomes a link',
      (file) => {
        rmSync(file);
        symlinkSync('/etc/passwd', file);
      },
    ],
    [
      'becomes a directory',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ];
  const sizes = [
    ['small', 1000],
    ['large', 2 * MIB + 17],
  ] as const;
  const cases = sizes.flatMap(([name, size]) =>
    changes.map(([how, change]) => [name, how, size, change] as const),
  );

  test.each(cases)('a %s file %s: conflict, and nothing is left', async (_, __, size, change) => {
    const root = directoryWith({ 'a.txt': 'x', 'lib/file': noise(size, 3), 'z.txt': 'x' });
    const out = temporaryDirectory();
    const input = readTree(root);
    change(join(root, 'lib/file'));
    await expect(packTree(input, join(out, 'out.zip'))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('"lib/file"'),
    });
    expect(readdirSync(out)).toEqual([]);
    await expect(digestTree(input)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('leaves an earlier destination as it was', async () => {
    const root = directoryWith({ a: 'x' });
    const out = directoryWith({ 'out.zip': 'earlier' });
    const input = readTree(root);
    rmSync(join(root, 'a'));
    await expect(packTree(input, join(out, 'out.zip'))).rejects.toMatchObject({ code: 'conflict' });
    expect(readdirSync(out)).toEqual(['out.zip']);
    expect(readFileSync(join(out, 'out.zip'), 'utf8')).toBe('earlier');
  });

  test('names the destination when it cannot be written', async () => {
    const file = join(temporaryDirectory(), 'nowhere', 'out.zip');
    await expect(packTree({ entries: [] }, file)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(file),
    });
  });

  test('a file that changes content only is packed as it is then, and its tree digest says so', async () => {
    const root = directoryWith({ a: 'before' });
    const input = readTree(root);
    const before = await digestTree(input);
    writeFileSync(join(root, 'a'), 'after!');
    const file = join(temporaryDirectory(), 'out.zip');
    const packed = await packTree(input, file);
    expect(packed.treeDigest).not.toBe(before);
    expect(packed.treeDigest).toBe(await treeDigestOfZip(file));
  });
});
