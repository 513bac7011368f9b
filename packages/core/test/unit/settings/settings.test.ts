import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfiguration } from '../../../src/settings/configuration.js';
import { defaultStoreUrl } from '../../../src/settings/default-store.js';
import { decideSettings, storeOptionsOf, type Machine } from '../../../src/settings/index.js';

const root = mkdtempSync(join(tmpdir(), 'holdfast-configuration-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function machineAt(cwd: string, env: Machine['env'] = {}): Machine {
  return { env, cwd, home: '/home/me', platform: 'linux' };
}

describe('holdfast.yaml', () => {
  test('takes every key, and an account with a leading zero as it is written', () => {
    const text = [
      'store: file:.holdfast # here',
      'repository: payments',
      'bucket: my-artifacts',
      'idPrefix: payments/',
      'storageMode: reference',
      'recoveryWindow: 7d',
      'region: eu-west-1',
      'account: 012345678901',
    ].join('\n');
    expect(checkConfiguration(text, 'holdfast.yaml')).toEqual({
      store: 'file:.holdfast',
      repository: 'payments',
      bucket: 'my-artifacts',
      idPrefix: 'payments/',
      storageMode: 'reference',
      recoveryWindowMs: 7 * 24 * 3600 * 1000,
      region: 'eu-west-1',
      account: '012345678901',
    });
  });

  test.each(['', '# nothing yet\n', '---\n', '{}'])('may be empty: %j', (text) => {
    expect(checkConfiguration(text, 'holdfast.yaml')).toEqual({});
  });

  test.each([
    ['store: file:a\nbukcet: b', 'holdfast.yaml:2: unknown key "bukcet"'],
    ['__proto__: b', 'holdfast.yaml:1: unknown key "__proto__"'],
    [
      '\n\nrecoveryWindow: 7 days',
      'holdfast.yaml:3: "recoveryWindow" must be a duration such as 7d or 12h, not "7 days"',
    ],
    ['bucket: [a]', 'holdfast.yaml:1: "bucket" must be a bucket name, not a list or a map'],
    ['bucket: 5', 'holdfast.yaml:1: "bucket" must be a bucket name, not "5"'],
    ['bucket:', 'holdfast.yaml:1: "bucket" must be a bucket name, not ""'],
    ['account: 12345', 'holdfast.yaml:1: "account" must be the 12 digits of an account, not "12345"'],
    ['storageMode: link', 'holdfast.yaml:1: "storageMode" must be copy or reference, not "link"'],
    ['- store', 'holdfast.yaml:1: must hold keys and values'],
    ['store: file:a\nstore: file:b', 'holdfast.yaml:2: not valid YAML'],
    ['store: "file:a', 'holdfast.yaml:1: not valid YAML'],
  ])('refuses %j naming the place', (text, message) => {
    expect(() => checkConfiguration(text, 'holdfast.yaml')).toThrow(message);
  });
});

describe('the store', () => {
  const above = join(root, 'project');
  const below = join(above, 'a', 'b');
  mkdirSync(below, { recursive: true });
  writeFileSync(join(above, 'holdfast.yaml'), 'store: file:.holdfast\nrepository: payments\n');

  test('of the file above is relative to the folder of that file', () => {
    expect(decideSettings({}, machineAt(below))).toEqual({
      store: `file:${join(above, '.holdfast')}`,
      repository: 'payments',
    });
  });

  test('of the environment wins over the file, and an empty variable does not count', () => {
    expect(decideSettings({}, machineAt(below, { HOLDFAST_STORE: 'file:x' })).store).toBe(
      `file:${join(below, 'x')}`,
    );
    expect(decideSettings({}, machineAt(below, { HOLDFAST_STORE: '' })).store).toBe(
      `file:${join(above, '.holdfast')}`,
    );
  });

  test('of the option wins over everything', () => {
    const settings = decideSettings(
      { store: 'memory:y', repository: 'other' },
      machineAt(below, { HOLDFAST_STORE: 'file:x' }),
    );
    expect(settings).toEqual({ store: 'memory:y', repository: 'other' });
  });

  test('is not guessed from a configuration file that cannot be read', () => {
    const folder = join(root, 'unreadable');
    mkdirSync(join(folder, 'holdfast.yaml'), { recursive: true });
    expect(() => decideSettings({}, machineAt(folder))).toThrow('holdfast.yaml cannot be read (EISDIR)');
  });

  test('is opened with what the file says of it, and with nothing more', () => {
    expect(
      storeOptionsOf({ store: 'file:a', bucket: 'b', region: 'eu-west-1', repository: 'payments' }),
    ).toEqual({
      identity: { region: 'eu-west-1' },
      bucket: 'b',
    });
  });

  test.each([
    ['linux', {}, 'file:/home/me/.local/share/holdfast'],
    ['linux', { XDG_DATA_HOME: '/data' }, 'file:/data/holdfast'],
    ['linux', { XDG_DATA_HOME: 'data' }, 'file:/home/me/.local/share/holdfast'],
    ['darwin', { XDG_DATA_HOME: '/data' }, 'file:/home/me/Library/Application Support/holdfast'],
    ['win32', { LOCALAPPDATA: '/local' }, 'file:/local/holdfast'],
  ] as const)('by default lies in the data folder of %s with %j', (platform, env, url) => {
    expect(defaultStoreUrl({ platform, env, home: '/home/me' })).toBe(url);
  });
});
