import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { digestTree, readTree, TreeMemory } from '../../../src/packing/index.js';
import { waitForFileClock } from './support/file-clock.js';
import { EXT4, fileSystemIs, OVERLAYFS } from './support/file-system.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

/** Longer than files and directories stay suspect. */
const LATER_MS = 60_000;

afterEach(() => {
  jest.restoreAllMocks();
});

/** What can be done to a path; it fails where the path is nothing, or something else, and changes nothing or half then. */
const changes: Readonly<Record<string, (path: string, other: string) => void>> = {
  empty: (path) => writeFileSync(path, ''),
  write: (path, other) => writeFileSync(path, other.slice(-1)),
  make: (path) => mkdirSync(path),
  rename: (path, other) => renameSync(path, other),
  remove: (path) => rmSync(path, { recursive: true }),
  link: (path) => symlinkSync('d', path),
  linkUp: (path) => symlinkSync('../a', path),
  fileInstead: (path) => {
    rmSync(path, { recursive: true });
    writeFileSync(path, '1');
  },
  directoryInstead: (path) => {
    rmSync(path, { recursive: true });
    mkdirSync(path);
  },
};

const path = fc.constantFrom('a', 'b', 'd', 'd/a', 'd/b', 'd/e', 'd/e/a', 'd/e/b');
const step = fc.tuple(fc.constantFrom(...Object.keys(changes), 'ask', 'ask', 'ask'), path, path);

/** The digest, or why there is none, such as a link that leads outside. */
async function answerOf(asked: Promise<string | undefined>): Promise<string> {
  try {
    return String(await asked);
  } catch (error) {
    return String(error);
  }
}

test.each([
  ['keeps times of directories', EXT4],
  ['may not keep them', OVERLAYFS],
])('after any changes the answer is what reading anew gives, where the file system %s', async (_, type) => {
  fileSystemIs(type);
  const folder = temporaryDirectory();
  const now = jest.spyOn(Date, 'now');
  let time = Date.now();

  /** Asks so much later that all has long been as it is. */
  async function ask(root: string): Promise<readonly [string, string]> {
    now.mockReturnValue((time += LATER_MS));
    const recognised = new TreeMemory(folder, root).recognise();
    const answer = await answerOf(recognised.then(({ treeDigest }) => treeDigest));
    return [answer, await answerOf((async () => digestTree(readTree(root)))())];
  }

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), async (steps) => {
      const root = realpathSync(directoryWith({ a: '1', 'd/a': '1', 'd/e/a': '1' }));
      const answers = [await ask(root)];
      waitForFileClock();
      for (const [name, path, other] of steps) {
        if (name === 'ask') {
          answers.push(await ask(root));
          waitForFileClock();
          continue;
        }
        try {
          changes[name]!(join(root, path), join(root, other));
        } catch {
          // It was not to be.
        }
      }
      answers.push(await ask(root));
      expect(answers.map(([answer]) => answer)).toEqual(answers.map(([, expected]) => expected));
    }),
    { numRuns: 40 },
  );
});
