import fs, {
  mkdirSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { digestTree, readTree, TreeMemory } from '../../../src/packing/index.js';
import { waitForFileClock } from './support/file-clock.js';
import { EXT4, fileSystemIs, OVERLAYFS } from './support/file-system.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

/** Longer than directories stay suspect. */
const LATER_MS = 60_000;
const ALL = ['', 'hollow', 'only', 'only/src'];

let root: string;
let folder: string;

beforeEach(() => {
  root = realpathSync(directoryWith({ 'only/src/one.js': 'one', 'top.js': 'top' }));
  mkdirSync(join(root, 'hollow'));
  folder = temporaryDirectory();
  fileSystemIs(EXT4);
});

afterEach(() => {
  jest.restoreAllMocks();
});

const at = (path: string): string => join(root, path);
const src = (): string => at('only/src');

/** What the memory says of the directory when it is asked at a time, in milliseconds since 1970. */
function recogniseAt(time: number): ReturnType<TreeMemory['recognise']> {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(time);
  return new TreeMemory(folder, root).recognise().finally(() => clock.mockRestore());
}

const recognise = (after = LATER_MS): ReturnType<TreeMemory['recognise']> => recogniseAt(Date.now() + after);

const digestNow = (): ReturnType<typeof digestTree> => digestTree(readTree(root));

/** The directories that are listed while something happens, relative to the root. */
async function listedBy(doing: () => Promise<unknown>): Promise<string[]> {
  const list = jest.spyOn(fs, 'readdirSync');
  await doing();
  const listed = list.mock.calls.map(([path]) => String(path)).filter((path) => path.startsWith(root));
  list.mockRestore();
  return listed.map((path) => relative(root, path).replaceAll('\\', '/')).sort();
}

/** How often something was remembered while something happened. */
async function keptBy(doing: () => Promise<unknown>): Promise<number> {
  const rename = jest.spyOn(fs, 'renameSync');
  await doing();
  const kept = rename.mock.calls.filter(([, to]) => String(to).startsWith(folder)).length;
  rename.mockRestore();
  return kept;
}

function touch(directory: string): void {
  waitForFileClock();
  const now = new Date();
  utimesSync(directory, now, now);
}

test.each([
  ['ext2, ext3, ext4', EXT4],
  ['XFS', 0x58465342],
  ['Btrfs', 0x9123683e],
  ['tmpfs', 0x01021994],
  ['F2FS', 0xf2f52010],
])('an unchanged directory is recognised without listing any on %s', async (_, type) => {
  fileSystemIs(type);
  const { treeDigest } = await recognise();
  const listed = await listedBy(async () => {
    expect((await recognise(2 * LATER_MS)).treeDigest).toBe(treeDigest);
  });
  expect(listed).toEqual([]);
});

test.each<readonly [string, number, NodeJS.Platform]>([
  ['overlayfs', OVERLAYFS, 'linux'],
  ['NFS', 0x6969, 'linux'],
  ['SMB', 0xfe534d42, 'linux'],
  ['FUSE', 0x65735546, 'linux'],
  ['9P', 0x01021997, 'linux'],
  ['FAT', 0x4d44, 'linux'],
  ['one that gives no number', 0, 'linux'],
  ['another system, whatever its number means there', EXT4, 'darwin'],
])('every directory is listed, and remembered once, on %s', async (_, type, platform) => {
  fileSystemIs(type, platform);
  await recognise();
  const kept = await keptBy(async () => {
    expect(await listedBy(() => recognise(2 * LATER_MS))).toEqual(ALL);
  });
  expect(kept).toBe(0);
});

test('every directory is listed where the system does not say what the file system is', async () => {
  jest.spyOn(fs, 'statfsSync').mockImplementation(() => {
    throw new Error('ENOSYS');
  });
  await recognise();
  expect(await listedBy(() => recognise(2 * LATER_MS))).toEqual(ALL);
});

test('times of a file system that may not keep them are not trusted on one that does', async () => {
  fileSystemIs(OVERLAYFS);
  await recognise();
  fileSystemIs(EXT4);
  expect(await listedBy(() => recognise(2 * LATER_MS))).toEqual(ALL);
});

test.each(['mtimeMs', 'ctimeMs', 'ino', 'dev'] as const)(
  'a directory is listed whose %s is not what it was or should be',
  async (field) => {
    await recognise();
    otherStats(src(), field);
    expect(await listedBy(() => recognise(2 * LATER_MS))).toEqual(['only/src']);
  },
);

test('a directory is not trusted that was on another device when it was read', async () => {
  const lstat = otherStats(src(), 'dev');
  await recognise();
  lstat.mockRestore();
  expect(await listedBy(() => recognise(2 * LATER_MS))).toEqual(['only/src']);
});

/** Lets one directory have another number than it has. */
function otherStats(
  directory: string,
  field: 'mtimeMs' | 'ctimeMs' | 'ino' | 'dev',
): { mockRestore(): void } {
  const { lstatSync } = fs;
  return jest.spyOn(fs, 'lstatSync').mockImplementation(((path: string) => {
    const stats = lstatSync(path);
    return path === directory
      ? (Object.assign(Object.create(Object.getPrototypeOf(stats) as object) as Stats, stats, {
          [field]: stats[field] + 1,
        }) as Stats)
      : stats;
  }) as typeof lstatSync);
}

test.each(['a change time', 'a modification time'])(
  'a directory is not trusted that has %s of just before it was read',
  async (which) => {
    const past = new Date(Date.now() - LATER_MS);
    utimesSync(src(), past, past);
    const { ctimeMs } = statSync(src());
    // Of the other directories the times lie before.
    let readAt = Math.ceil(ctimeMs) + 1000;
    if (which === 'a modification time') {
      const future = new Date(readAt + LATER_MS);
      utimesSync(src(), future, future);
      readAt += LATER_MS + 1000;
    }
    await recogniseAt(readAt);
    expect(await listedBy(() => recogniseAt(readAt + LATER_MS))).toContain('only/src');
  },
);

test('nothing is trusted when the clock is behind the time when directories were read', async () => {
  await recognise(2 * LATER_MS);
  expect(await listedBy(() => recognise())).toEqual(ALL);
});

test('a name that comes while a directory is listed for the first time is seen', async () => {
  const list = writeWhileListing();
  await recognise();
  list.mockRestore();
  expect((await recognise(2 * LATER_MS)).treeDigest).toBe(await digestNow());
});

test('a name that comes while a directory is listed again is seen', async () => {
  await recognise();
  touch(src());
  const list = writeWhileListing();
  await recognise(2 * LATER_MS);
  list.mockRestore();
  expect((await recognise(3 * LATER_MS)).treeDigest).toBe(await digestNow());
});

/** Lets a file come right after the names in its directory were listed. */
function writeWhileListing(): { mockRestore(): void } {
  const { readdirSync } = fs;
  return jest.spyOn(fs, 'readdirSync').mockImplementation(((path: string, options?: object) => {
    const names = readdirSync(path, options);
    if (path === src()) {
      waitForFileClock();
      writeFileSync(join(src(), 'late.js'), 'late');
    }
    return names;
  }) as typeof readdirSync);
}

test.each([EXT4, OVERLAYFS])(
  'a link to a directory is not taken for the directory that was there (file system %#)',
  async (type) => {
    fileSystemIs(type);
    await recognise();
    waitForFileClock();
    const outside = join(temporaryDirectory(), 'src');
    renameSync(src(), outside);
    symlinkSync(outside, src(), 'dir');
    await expect(recognise(2 * LATER_MS)).rejects.toMatchObject({ code: 'invalid-input' });
  },
);

test('names that are listed in another order are remembered so', async () => {
  fileSystemIs(OVERLAYFS);
  await recognise();
  const { readdirSync } = fs;
  const list = jest
    .spyOn(fs, 'readdirSync')
    .mockImplementation(((path: string, options?: object) =>
      readdirSync(path, options).reverse()) as typeof readdirSync);
  await recognise(2 * LATER_MS);
  list.mockClear();
  await recognise(3 * LATER_MS);
  const listed = list.mock.calls.map(([path]) => String(path)).filter((path) => path.startsWith(root));
  // Reading the tree anew would list each once more.
  expect(listed).toHaveLength(ALL.length);
});

test('with ignore rules every directory is listed', async () => {
  writeFileSync(at('.holdfastignore'), 'hollow/\n');
  await recognise();
  expect(await listedBy(() => recognise(2 * LATER_MS))).toEqual(['', 'only', 'only/src']);
});

describe('a directory with other times and the same names', () => {
  const listedAndKept = async (time: number): Promise<[string[], number]> => {
    let listed: string[] = [];
    const kept = await keptBy(async () => {
      listed = await listedBy(async () => {
        expect((await recogniseAt(time)).treeDigest).toBe(await expected);
      });
    });
    return [listed, kept];
  };
  let expected: ReturnType<typeof digestNow>;
  let now: number;

  beforeEach(async () => {
    now = Date.now() + LATER_MS;
    await recogniseAt(now);
    touch(src());
  });

  test('is listed once, and the times that it has then are remembered', async () => {
    expected = digestNow();
    await expected;
    expect(await listedAndKept(now + LATER_MS)).toEqual([['only/src'], 1]);
    expect(await listedAndKept(now + 2 * LATER_MS)).toEqual([[], 0]);
  });

  test('is listed once, when a file has changed too', async () => {
    writeFileSync(at('top.js'), 'TOP');
    expected = digestNow();
    await expected;
    expect(await listedAndKept(now + LATER_MS)).toEqual([['only/src'], 1]);
    expect(await listedAndKept(now + 2 * LATER_MS)).toEqual([[], 0]);
  });

  test('is listed, and nothing written, as long as its times cannot be remembered', async () => {
    const future = new Date(now + 3 * LATER_MS);
    utimesSync(src(), future, future);
    expected = digestNow();
    await expected;
    expect(await listedAndKept(now + LATER_MS)).toEqual([['only/src'], 0]);
    expect(await listedAndKept(future.getTime() + 1000)).toEqual([['only/src'], 0]);
    expect(await listedAndKept(future.getTime() + LATER_MS)).toEqual([['only/src'], 1]);
    expect(await listedAndKept(future.getTime() + 2 * LATER_MS)).toEqual([[], 0]);
  });
});
