import fs, {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cacheFolder,
  digestTree,
  packTree,
  readTree,
  TreeMemory,
  type AskForShape,
} from '../../../src/packing/index.js';
import { waitForFileClock } from './support/file-clock.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

/** Longer than files stay suspect. */
const LATER_MS = 60_000;

let root: string;
let folder: string;

beforeEach(() => {
  root = directoryWith({
    'node_modules/a.js': 'module.exports = 1;\n',
    'src/one.js': 'one',
    'src/two.js': 'two',
    'empty.txt': '',
  });
  symlinkSync('src/one.js', join(root, 'link'));
  mkdirSync(join(root, 'hollow'));
  folder = temporaryDirectory();
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** What the memory says of the directory, asked so much later than now that its files have long been as they are. */
function recognise(after = LATER_MS, ask?: AskForShape): ReturnType<TreeMemory['recognise']> {
  const then = Date.now() + after;
  const clock = jest.spyOn(Date, 'now').mockReturnValue(then);
  return new TreeMemory(folder, root).recognise(ask).finally(() => clock.mockRestore());
}

const digestNow = (): ReturnType<typeof digestTree> => digestTree(readTree(root));

/** The files below the directory that are opened while something happens. */
async function openedBy(doing: () => Promise<unknown>): Promise<string[]> {
  const open = jest.spyOn(fs, 'openSync').mockClear();
  await doing();
  return open.mock.calls.map(([path]) => String(path)).filter((path) => path.startsWith(realpathSync(root)));
}

test('an unchanged directory is recognised without reading a file', async () => {
  expect((await recognise()).treeDigest).toBe(await digestNow());
  const digest = await digestNow();
  const opened = await openedBy(async () => {
    expect((await recognise(2 * LATER_MS)).treeDigest).toBe(digest);
  });
  expect(opened).toEqual([]);
});

test('a large directory whose shape nobody knows is not read before it is packed, and remembered after it', async () => {
  truncateSync(join(root, 'empty.txt'), 17_000_000);
  const asked: string[] = [];
  const opened = await openedBy(async () => {
    const { treeDigest, known, learn } = await recognise(LATER_MS, async (shape) => {
      asked.push(shape);
      return Promise.resolve(false);
    });
    expect(treeDigest).toBeUndefined();
    learn?.(await packTree(known(), join(folder, 'packed.zip')));
  });
  expect(asked).toEqual([expect.stringMatching(/^shape1:/)]);
  expect(opened.sort()).toEqual([...new Set(opened)].sort());
  const digest = await digestNow();
  const openedAgain = await openedBy(async () => {
    expect((await recognise(2 * LATER_MS)).treeDigest).toBe(digest);
  });
  expect(openedAgain).toEqual([]);
});

test('a question for a shape that fails is as if it was known', async () => {
  truncateSync(join(root, 'empty.txt'), 17_000_000);
  const { treeDigest } = await recognise(LATER_MS, () => Promise.reject(new Error('no answer')));
  expect(treeDigest).toBe(await digestNow());
});

test('of an unchanged directory the contents are known, so that packing can copy them', async () => {
  const contents = async (after: number): Promise<unknown[]> => {
    const tree = (await recognise(after)).known();
    return tree.entries
      .map((entry) => ({ ...entry, sha256: entry.kind === 'file' && entry.sha256 }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  };
  expect(await contents(2 * LATER_MS)).toEqual(await contents(LATER_MS));
});

test('nothing is trusted when the clock is behind the time when the directory was read', async () => {
  await recognise(2 * LATER_MS);
  const opened = await openedBy(() => recognise());
  expect(opened).toContain(join(realpathSync(root), 'src/one.js'));
});

test('only changed files are read, and each once', async () => {
  await recognise();
  writeFileSync(join(root, 'src/two.js'), 'TWO');
  const digest = await digestNow();
  const opened = await openedBy(async () => {
    expect((await recognise(2 * LATER_MS)).treeDigest).toBe(digest);
  });
  expect(opened).toEqual([join(realpathSync(root), 'src/two.js')]);
  const later = await openedBy(async () => {
    expect((await recognise(3 * LATER_MS)).treeDigest).toBe(digest);
  });
  expect(later).toEqual([]);
});

test('only changed and new files are read when a directory has other names', async () => {
  await recognise();
  writeFileSync(join(root, 'src/three.js'), 'three');
  const digest = await digestNow();
  const opened = await openedBy(async () => {
    expect((await recognise(2 * LATER_MS)).treeDigest).toBe(digest);
  });
  expect(opened).toEqual([join(realpathSync(root), 'src/three.js')]);
});

test('a file that was written just now is not trusted', async () => {
  await recognise(0);
  expect(await openedBy(() => recognise(0))).toContain(join(realpathSync(root), 'src/one.js'));
});

test('a file whose times lie in the future is not trusted', async () => {
  const future = new Date(Date.now() + 10 * LATER_MS);
  utimesSync(join(root, 'src/one.js'), future, future);
  await recognise();
  expect(await openedBy(() => recognise(2 * LATER_MS))).toEqual([join(realpathSync(root), 'src/one.js')]);
});

describe('with ignore rules', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'build'));
    writeFileSync(join(root, 'build/out.js'), 'out');
    writeFileSync(join(root, '.holdfastignore'), 'build/\n');
  });

  test.each<readonly [string, () => void]>([
    [
      'of a file in place of a directory that was left out',
      () => {
        rmSync(join(root, 'build'), { recursive: true });
        writeFileSync(join(root, 'build'), 'a file');
      },
    ],
    ['of the rules', () => writeFileSync(join(root, '.holdfastignore'), 'two.js')],
    ['of nothing but that the rules are gone', () => rmSync(join(root, '.holdfastignore'))],
  ])('a change is seen: %s', async (_, change) => {
    const before = (await recognise()).treeDigest;
    change();
    const after = (await recognise(2 * LATER_MS)).treeDigest;
    expect(after).toBe(await digestNow());
    expect(after).not.toBe(before);
  });

  test('an unchanged directory is recognised without reading a file of it', async () => {
    const { treeDigest } = await recognise();
    const opened = await openedBy(async () => {
      expect((await recognise(2 * LATER_MS)).treeDigest).toBe(treeDigest);
    });
    expect(opened).toEqual([]);
  });
});

/** Every way in which a directory changes, by the smallest amount that changes its digest. */
const changes: Readonly<Record<string, (at: (path: string) => string) => void>> = {
  'the same size': (at) => writeFileSync(at('src/one.js'), 'eno'),
  'the same size, and its time put back': (at) => {
    const { atime, mtime } = lstatSync(at('src/one.js'));
    writeFileSync(at('src/one.js'), 'eno');
    utimesSync(at('src/one.js'), atime, mtime);
  },
  'in place': (at) => {
    const fd = openSync(at('src/one.js'), 'r+');
    writeSync(fd, 'X', 0);
    closeSync(fd);
  },
  'replaced by a rename, of the same size and time': (at) => {
    const { atime, mtime } = lstatSync(at('src/one.js'));
    writeFileSync(at('new'), 'eno');
    utimesSync(at('new'), atime, mtime);
    renameSync(at('new'), at('src/one.js'));
  },
  'two files changed places': (at) => {
    renameSync(at('src/one.js'), at('kept'));
    renameSync(at('src/two.js'), at('src/one.js'));
    renameSync(at('kept'), at('src/two.js'));
  },
  'made executable': (at) => chmodSync(at('src/one.js'), 0o755),
  renamed: (at) => renameSync(at('src/one.js'), at('src/eins.js')),
  gone: (at) => rmSync(at('src/one.js')),
  'a link to elsewhere': (at) => {
    rmSync(at('link'));
    symlinkSync('src/two.js', at('link'));
  },
  'a file in place of a link': (at) => {
    rmSync(at('link'));
    writeFileSync(at('link'), 'src/one.js');
  },
  'a directory in place of an empty file': (at) => {
    rmSync(at('empty.txt'));
    mkdirSync(at('empty.txt'));
  },
  'an empty directory filled': (at) => writeFileSync(at('hollow/file'), ''),
};

test.each(Object.keys(changes))('a change is seen: %s', async (name) => {
  const before = (await recognise()).treeDigest;
  waitForFileClock();
  changes[name]!((path) => join(root, path));
  const after = (await recognise(2 * LATER_MS)).treeDigest;
  expect(after).toBe(await digestNow());
  expect(after).not.toBe(before);
});

test('after any series of changes and questions the answer is what reading every file gives', async () => {
  const attempt = fc.array(fc.constantFrom(...Object.keys(changes), 'ask'), { minLength: 1, maxLength: 8 });
  let asked = 1;
  await fc.assert(
    fc.asyncProperty(attempt, async (names) => {
      const wrong: unknown[] = [];
      for (const name of [...names, 'ask']) {
        try {
          changes[name]?.((path) => join(root, path));
        } catch {
          // The file that it would change is gone.
        }
        const answer = name === 'ask' ? await recognise(LATER_MS * (asked += 1)) : undefined;
        if (answer !== undefined && answer.treeDigest !== (await digestNow())) {
          wrong.push(answer.treeDigest);
        }
        waitForFileClock();
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

describe('what is remembered', () => {
  const remembered = (): string[] =>
    readdirSync(join(folder, 'trees')).map((name) => join(folder, 'trees', name));

  test.each<readonly [string, (bytes: Buffer) => Uint8Array]>([
    ['is empty', () => Buffer.alloc(0)],
    ['is cut off', (bytes) => bytes.subarray(0, bytes.length - 7)],
    ['is cut off early', (bytes) => bytes.subarray(0, 20)],
    ['has grown', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['is of another version', (bytes) => Buffer.concat([Buffer.from('hf-seen0'), bytes.subarray(8)])],
    ['is something else', () => Buffer.from('{"json": true}'.repeat(100))],
  ])('is not used, and written again, when it %s', async (_, spoil) => {
    await recognise();
    const [file = ''] = remembered();
    writeFileSync(file, spoil(readFileSync(file)));
    expect((await recognise(2 * LATER_MS)).treeDigest).toBe(await digestNow());
    expect(await openedBy(() => recognise(3 * LATER_MS))).toEqual([]);
  });

  test('does not survive any changed byte', async () => {
    await recognise();
    const [file = ''] = remembered();
    const bytes = readFileSync(file);
    const digest = await digestNow();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const spoilt = Buffer.from(bytes);
        spoilt[at] = spoilt[at]! ^ flip;
        writeFileSync(file, spoilt);
        expect((await recognise(2 * LATER_MS)).treeDigest).toBe(digest);
      }),
      { numRuns: 60 },
    );
  });

  test('cannot be written: publishing goes on', async () => {
    writeFileSync(join(folder, 'trees'), 'a file where the folder should be');
    expect((await recognise()).treeDigest).toBe(await digestNow());
  });

  test('is written by several at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => recognise()));
    expect(remembered().filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await recognise(2 * LATER_MS)).treeDigest).toBe(await digestNow());
  });

  test('is of one directory only', async () => {
    const first = (await recognise()).treeDigest;
    root = directoryWith({ 'other.js': 'other' });
    expect((await recognise()).treeDigest).not.toBe(first);
  });
});

test('the folder for what can be done without is where the platform keeps such things', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/somewhere' }, 'linux', '/home/me')).toBe('/somewhere/holdfast');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/me')).toBe('/home/me/.cache/holdfast');
  expect(cacheFolder({}, 'darwin', '/Users/me')).toBe('/Users/me/Library/Caches/holdfast');
});
