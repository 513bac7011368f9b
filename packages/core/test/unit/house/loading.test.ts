import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const workspace = resolve(__dirname, '../../../../..');

/** Runs a program over the sources in a process of its own, and returns the names of the npm packages that it loaded. */
function packagesLoadedBy(program: string): string[] {
  const output = execFileSync(
    process.execPath,
    ['--require', resolve(workspace, 'test/typescript-hook.cjs'), resolve(__dirname, program)],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return JSON.parse(output) as string[];
}

test('importing the core loads no AWS SDK and no database', () => {
  const loaded = packagesLoadedBy('import-core.ts');
  expect(loaded.filter((name) => /^(@aws-sdk\/|@smithy\/|aws-sdk$|better-sqlite3$)/.test(name))).toEqual([]);
});

test('opening an embedded store loads its database and no AWS SDK', () => {
  const loaded = packagesLoadedBy('open-memory-store.ts');
  expect(loaded).toContain('better-sqlite3');
  expect(loaded.filter((name) => /^(@aws-sdk\/|@smithy\/|aws-sdk$)/.test(name))).toEqual([]);
});
