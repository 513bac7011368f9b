import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledCode } from '../../../src/start/archive.js';
import { keepCompiledCode, readCompiledCode } from '../../../src/start/keep.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'holdfast-start-')), 'code');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true });
});

const CODE: CompiledCode = {
  stamp: '12 34.5',
  modules: new Set(['a.js', 'ü.js']),
  // Padded to a multiple of eight bytes when it is kept.
  code: Buffer.from('compiled'),
};

test('what is kept is read again', () => {
  const file = join(folder, 'list');
  keepCompiledCode(file, CODE);
  const read = readCompiledCode(file);
  expect({ ...read, code: read && Buffer.from(read.code) }).toEqual(CODE);
  expect(readdirSync(folder)).toEqual(['list']);
});

test('nothing is read where nothing was kept', () => {
  expect(readCompiledCode(join(folder, 'list'))).toBeUndefined();
});

test('a damaged byte anywhere is seen, and so is any missing end', () => {
  const file = join(folder, 'list');
  keepCompiledCode(file, CODE);
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at += 1) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    writeFileSync(file, damaged);
    expect(readCompiledCode(file)).toBeUndefined();
    writeFileSync(file, whole.subarray(0, at));
    expect(readCompiledCode(file)).toBeUndefined();
  }
});

test('what others may write to is neither read nor written', () => {
  const file = join(folder, 'list');
  keepCompiledCode(file, CODE);
  chmodSync(file, 0o620);
  expect(readCompiledCode(file)).toBeUndefined();
  chmodSync(file, 0o600);
  expect(readCompiledCode(file)).toBeDefined();
  chmodSync(folder, 0o777);
  expect(readCompiledCode(file)).toBeUndefined();
  keepCompiledCode(join(folder, 'show'), CODE);
  expect(readdirSync(folder)).toEqual(['list']);
});

test('of too many files those go that were written first', () => {
  for (let i = 0; i < 130; i += 1) {
    const file = join(folder, `command-${i}`);
    keepCompiledCode(file, CODE);
    utimesSync(file, i, i);
  }
  const left = readdirSync(folder);
  expect(left.length).toBeLessThanOrEqual(128);
  expect(left).toContain('command-129');
  expect(left).not.toContain('command-0');
});
