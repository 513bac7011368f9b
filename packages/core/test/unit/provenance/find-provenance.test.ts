import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProvenance } from '../../../src/provenance/index.js';

const root = mkdtempSync(join(tmpdir(), 'holdfast-provenance-'));
const repository = join(root, 'repository');
const plain = join(root, 'plain');
const env = { PATH: process.env['PATH'], HOME: root, GIT_CEILING_DIRECTORIES: root };

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  return execFileSync('git', [...identity, ...args], { cwd: repository, env, encoding: 'utf8' }).trim();
}

beforeAll(() => {
  mkdirSync(join(repository, 'src'), { recursive: true });
  mkdirSync(plain);
  git('init', '-q');
  writeFileSync(join(repository, 'src/index.js'), 'one');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  git('remote', 'add', 'origin', 'https://me:s3cret@example.com/acme/app.git');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('provenance', () => {
  test('names commit, cleanness and remote for a folder and for a file in it', async () => {
    const expected = {
      commit: git('rev-parse', 'HEAD'),
      dirty: false,
      repositoryUrl: 'https://example.com/acme/app.git',
    };
    expect(await findProvenance(join(repository, 'src'), { env })).toEqual(expected);
    expect(await findProvenance(join(repository, 'src/index.js'), { env, tool: 'holdfast/1.2.3' })).toEqual({
      ...expected,
      tool: 'holdfast/1.2.3',
    });
  });

  test('says dirty for a change and for a new file', async () => {
    writeFileSync(join(repository, 'new.js'), 'x');
    expect(await findProvenance(repository, { env })).toMatchObject({ dirty: true });
    rmSync(join(repository, 'new.js'));
    writeFileSync(join(repository, 'src/index.js'), 'two');
    expect(await findProvenance(repository, { env })).toMatchObject({ dirty: true });
    writeFileSync(join(repository, 'src/index.js'), 'one');
    expect(await findProvenance(repository, { env })).toMatchObject({ dirty: false });
  });

  test('says dirty when git lists more changes than fit', async () => {
    for (let i = 0; i < 1500; i++) writeFileSync(join(repository, `${'x'.repeat(60)}-${i}`), '');
    expect(await findProvenance(repository, { env })).toMatchObject({ dirty: true });
    git('clean', '-fdq');
  });

  test('looks at the folder, not at where a git hook points', async () => {
    const hook = { ...env, GIT_DIR: join(repository, '.git'), GIT_WORK_TREE: repository };
    expect(await findProvenance(plain, { env: hook })).toEqual({});
  });

  test('is empty outside of a work tree, before the first commit, without git and for a path that is not there', async () => {
    const fresh = join(root, 'fresh');
    mkdirSync(fresh);
    execFileSync('git', ['init', '-q'], { cwd: fresh, env });
    expect(await findProvenance(plain, { env })).toEqual({});
    expect(await findProvenance(fresh, { env })).toEqual({});
    expect(await findProvenance(repository, { env: { PATH: plain } })).toEqual({});
    expect(await findProvenance(join(root, 'absent'), { env })).toEqual({});
  });

  test('holds the CI run also outside of git', async () => {
    const ci = { ...env, CIRCLECI: 'true', CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/app/9' };
    expect(await findProvenance(plain, { env: ci })).toEqual({ ciRun: 'https://circleci.com/gh/acme/app/9' });
    expect(await findProvenance(undefined, { env: { ...ci, GIT_DIR: join(repository, '.git') } })).toEqual({
      ciRun: 'https://circleci.com/gh/acme/app/9',
    });
  });
});
