import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isHoldfastError, type HoldfastError } from '../../../src/errors.js';
import { readTree, treeOfFile, type TreeEntry } from '../../../src/packing/index.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

function failureOf(action: () => unknown): HoldfastError {
  try {
    action();
  } catch (error) {
    if (isHoldfastError(error)) {
      return error;
    }
    throw error;
  }
  throw new Error('it did not fail');
}

function pathsOf(root: string): string[] {
  return readTree(root)
    .entries.map((entry) => entry.path)
    .sort();
}

function entryAt(root: string, path: string): TreeEntry | undefined {
  return readTree(root).entries.find((entry) => entry.path === path);
}

describe('readTree', () => {
  test('keeps of a mode only whether the owner may execute', () => {
    const root = directoryWith({ a: '', b: '', c: '' });
    chmodSync(join(root, 'a'), 0o600);
    chmodSync(join(root, 'b'), 0o4711);
    chmodSync(join(root, 'c'), 0o677);
    expect(entryAt(root, 'a')).toMatchObject({ kind: 'file', mode: 0o644, size: 0 });
    expect(entryAt(root, 'b')).toMatchObject({ mode: 0o755 });
    expect(entryAt(root, 'c')).toMatchObject({ mode: 0o644 });
  });

  test('keeps a directory only when it is empty on disk', () => {
    const root = directoryWith({ 'full/a': '', 'cache/x.pyc': '', '.holdfastignore': '*.pyc\n' });
    mkdirSync(join(root, 'outer/inner'), { recursive: true });
    expect(
      readTree(root)
        .entries.map(({ kind, path }) => `${kind} ${path}`)
        .sort(),
    ).toEqual(['directory outer/inner', 'file full/a']);
  });

  test('refuses a root that does not exist or is a file', () => {
    const root = directoryWith({ file: '' });
    expect(failureOf(() => readTree(join(root, 'nowhere')))).toMatchObject({ code: 'not-found' });
    expect(failureOf(() => readTree(join(root, 'file')))).toMatchObject({ code: 'invalid-input' });
  });

  test('follows a link to the root itself', () => {
    const root = directoryWith({ a: '' });
    const link = join(temporaryDirectory(), 'link');
    symlinkSync(root, link);
    expect(pathsOf(link)).toEqual(['a']);
  });

  test('keeps names byte by byte, composed and decomposed', () => {
    const root = directoryWith({ 'caf\u00e9': '', 'cafe\u0301': '', 'x\ufffdy': '' });
    expect(pathsOf(root)).toEqual(['cafe\u0301', 'caf\u00e9', 'x\ufffdy']);
  });

  test('refuses a name that is not UTF-8', () => {
    const root = directoryWith({ 'lib/a': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/lib/caf`), Buffer.from([0xe9])]), '');
    const error = failureOf(() => readTree(root));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toContain('"lib"');
    expect(error.message).toContain('"caf\u00e9"');
  });

  test('refuses pipes and sockets by path', async () => {
    const withPipe = directoryWith({ 'run/a': '' });
    execFileSync('mkfifo', [join(withPipe, 'run/pipe')]);
    expect(failureOf(() => readTree(withPipe))).toMatchObject({
      code: 'invalid-input',
      message: '"run/pipe" is a named pipe, which a zip cannot hold',
    });
    const withSocket = temporaryDirectory();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(withSocket, 'sock'), resolve));
    try {
      expect(failureOf(() => readTree(withSocket)).message).toContain('"sock" is a socket');
    } finally {
      server.close();
    }
  });

  test('names what may not be read, relative to the root', () => {
    const root = directoryWith({ 'lib/secret/a': '' });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'lib/secret'), 0o000);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) {
      process.seteuid?.(65534);
    }
    try {
      expect(failureOf(() => readTree(root))).toMatchObject({
        code: 'access-denied',
        message: 'cannot read "lib/secret": permission denied',
      });
    } finally {
      if (isRoot) {
        process.seteuid?.(0);
      }
      chmodSync(join(root, 'lib/secret'), 0o755);
    }
  });
});

describe('symbolic links', () => {
  function rootWithLink(path: string, target: string): string {
    const root = directoryWith({ 'src/app.js': '', 'lib/deep/er/x': '' });
    symlinkSync(target, join(root, path));
    return root;
  }

  test.each([
    ['link', 'src/app.js'],
    ['src/link', '../lib/deep/../deep'],
    ['src/link', './nothing/here'],
    ['link', '.'],
    ['src/link', '..'],
  ])('keeps %s -> %s', (path, target) => {
    expect(entryAt(rootWithLink(path, target), path)).toEqual({ kind: 'symlink', path, target });
  });

  test.each([
    ['link', '/etc/passwd', 'is absolute'],
    ['link', '..', 'points outside'],
    ['src/link', '../../elsewhere/file', 'points outside'],
    ['src/link', 'nothing/../../../file', 'points outside'],
    ['link', 'link', 'goes round in circles'],
  ])('refuses %s -> %s', (path, target, why) => {
    const error = failureOf(() => readTree(rootWithLink(path, target)));
    expect(error.code).toBe('invalid-input');
    expect(error.message).toContain(`${JSON.stringify(path)} -> ${JSON.stringify(target)} ${why}`);
    expect(error.data).toEqual({ path, target });
  });

  test('refuses an absolute link even when it leads to the root', () => {
    const root = directoryWith({ a: '' });
    symlinkSync(join(root, 'a'), join(root, 'b'));
    expect(failureOf(() => readTree(root)).message).toContain('is absolute');
  });

  test('follows other links on the way: lexically inside can be outside', () => {
    const root = directoryWith({ 'lib/a': '', '.holdfastignore': '/lib/up\n' });
    symlinkSync('..', join(root, 'lib/up'));
    expect(pathsOf(root)).toEqual(['lib/a']);
    symlinkSync('up/../file', join(root, 'lib/out'));
    expect(failureOf(() => readTree(root)).message).toContain('"lib/out" -> "up/../file" points outside');
  });

  test('refuses to go through a link to outside that is itself left out', () => {
    const root = directoryWith({ a: '', '.holdfastignore': '/tmp\n' });
    symlinkSync('/tmp', join(root, 'tmp'));
    expect(pathsOf(root)).toEqual(['a']);
    symlinkSync('tmp/x', join(root, 'b'));
    expect(failureOf(() => readTree(root)).message).toContain(
      '"b" -> "tmp/x" points outside of the directory through "tmp"',
    );
  });
});

describe('.holdfastignore', () => {
  test('has the syntax of gitignore, and is left out itself', () => {
    const root = directoryWith({
      '.holdfastignore': '# comment\n*.log\n!keep.log\n/build/\ndocs/**/*.md\n',
      'a.log': '',
      'deep/b.log': '',
      'deep/keep.log': '',
      'build/out': '',
      'deep/build/out': '',
      'docs/x/y.md': '',
      'docs/x/y.txt': '',
    });
    expect(pathsOf(root)).toEqual(['deep/build/out', 'deep/keep.log', 'docs/x/y.txt']);
  });

  test('applies in nested directories, the nearer file winning', () => {
    const root = directoryWith({
      '.holdfastignore': '*.tmp\n',
      'a.tmp': '',
      'lib/.holdfastignore': '!b.tmp\n/only-here\n',
      'lib/b.tmp': '',
      'lib/c.tmp': '',
      'lib/only-here': '',
      'lib/sub/only-here': '',
    });
    expect(pathsOf(root)).toEqual(['lib/b.tmp', 'lib/sub/only-here']);
  });

  test('agrees with git about the same rules', () => {
    const rules = { '': 'x*\n!xa\n/d/e\n**/f/\n', d: '!xb\ng?\n' };
    const names = [
      'xa',
      'xb',
      'f',
      'd/e',
      'd/xa',
      'd/xb',
      'd/xc',
      'd/ga',
      'd/h/e',
      'd/h/f/z',
      'd/h/gb',
      'e',
      'a b',
    ];
    const files = Object.fromEntries(names.map((name) => [name, '']));
    const ours = directoryWith({ ...files, '.holdfastignore': rules[''], 'd/.holdfastignore': rules.d });
    const gits = directoryWith({ ...files, '.gitignore': rules[''], 'd/.gitignore': rules.d });
    execFileSync('git', ['init', '-q'], { cwd: gits });
    const listed = execFileSync('git', ['ls-files', '-oz', '--exclude-standard'], {
      cwd: gits,
      encoding: 'utf8',
    });
    const kept = listed.split('\0').filter((path) => path !== '' && !path.endsWith('.gitignore'));
    expect(pathsOf(ours)).toEqual(kept.sort());
  });

  test('does not look at what is left out', () => {
    const root = directoryWith({ '.holdfastignore': 'bad\n', a: '' });
    symlinkSync('/etc/passwd', join(root, 'bad'));
    expect(pathsOf(root)).toEqual(['a']);
  });

  test('is refused when it is no regular file, rather than passed over', () => {
    const root = directoryWith({ 'lib/rules': 'a' });
    symlinkSync('rules', join(root, 'lib/.holdfastignore'));
    expect(failureOf(() => readTree(root)).message).toBe('"lib/.holdfastignore" is not a regular file');
  });
});

test('treeOfFile is a tree of one file under its own name', () => {
  const root = directoryWith({ 'lib/handler.js': 'x' });
  expect(treeOfFile(join(root, 'lib/handler.js')).entries).toMatchObject([{ path: 'handler.js', size: 1 }]);
  expect(failureOf(() => treeOfFile(root)).code).toBe('invalid-input');
});
