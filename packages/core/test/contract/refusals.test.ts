import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  isHoldfastError,
  openStore,
  type ArtifactStore,
  type HoldfastError,
  type PublishInput,
} from '../../src/index.js';
import { temporaryFolder } from './support/temporary-folder.js';

const root = temporaryFolder('refusals');
let folder: string;
let store: ArtifactStore;
let opened = 0;

beforeEach(async () => {
  folder = join(root, `secret-place-${(opened += 1)}`);
  store = await openStore(`file:${folder}`);
});
afterEach(() => store.close());
afterAll(() => rmSync(root, { recursive: true }));

async function refusal(promise: Promise<unknown>): Promise<HoldfastError> {
  const error = await promise.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!isHoldfastError(error)) throw error;
  return error;
}

const bytes = Buffer.from('zip');
const publish = (id: string): Promise<unknown> => store.publish({ id, source: { kind: 'bytes', bytes } });

const publishWith = (more: Partial<PublishInput>): Promise<unknown> =>
  store.publish({ id: 'app', source: { kind: 'bytes', bytes }, ...more });
const pinAs = async (consumer: string, deployment: string, slot: string): Promise<void> => {
  await publish('app');
  const version = { repository: 'default', id: 'app', number: 1 };
  await store.pin({ consumer, deployment, pins: [{ version, slot }] });
};

describe('a refusal names the value', () => {
  test.each<readonly [string, string, () => Promise<unknown>]>([
    ['invalid-input', '"../x"', () => publish('../x')],
    ['invalid-input', '"Team"', () => store.createRepository('Team')],
    ['invalid-input', 'default', () => store.deleteRepository('default')],
    ['invalid-input', '"1st"', () => publish('app').then(() => store.setBookmark('app:1', '1st'))],
    ['invalid-input', '"01"', () => store.resolve('app:01')],
    [
      'invalid-input',
      'eu-west-1',
      () => store.resolve('arn:aws:holdfast:eu-west-1:000000000000:version/default/a:1'),
    ],
    [
      'invalid-input',
      '"sha256:12"',
      () => store.publish({ id: 'a', source: { kind: 'digest', digest: 'sha256:12' } }),
    ],
    [
      'invalid-input',
      'gone.zip',
      () => store.publish({ id: 'a', source: { kind: 'path', path: '/no/gone.zip' } }),
    ],
    ['invalid-input', '"media"', () => publishWith({ mediaType: 'media' })],
    ['invalid-input', '"team\\n"', () => publishWith({ labels: { 'team\n': 'a' } })],
    ['invalid-input', 'label "team"', () => publishWith({ labels: { team: 'a'.repeat(257) } })],
    ['invalid-input', 'slot ""', () => pinAs('arn:aws:lambda:eu-west-1:000000000000:function:f', 'd', '')],
    ['invalid-input', '"shop"', () => pinAs('shop', 'd', 'Api.CodeUri')],
    [
      'invalid-input',
      'deployment ""',
      () => pinAs('arn:aws:lambda:eu-west-1:000000000000:function:f', '', 'A.B'),
    ],
    ['not-found', 'app:7', () => publish('app').then(() => store.describe('app:7'))],
    ['not-found', 'version/default/app:9', () => pinned('app', 9)],
    [
      'not-found',
      'team-b',
      () => store.publish({ id: 'a', repository: 'team-b', source: { kind: 'bytes', bytes } }),
    ],
    [
      'conflict',
      'team-a',
      () => store.createRepository('team-a').then(() => store.createRepository('team-a')),
    ],
    [
      'in-use',
      'stack/shop',
      () =>
        publish('app')
          .then(() => pinned('app', 1))
          .then(() => store.delete('app:1')),
    ],
  ])('%s: %s', async (code, value, act) => {
    const error = await refusal(act());
    expect(error.code).toBe(code);
    expect(error.message).toContain(value);
    expect(error.message).not.toMatch(/\n|\bat \S+:\d+|secret-place/);
  });
});

async function pinned(id: string, number: number): Promise<void> {
  const version = { repository: 'default', id, number };
  await store.pin({
    consumer: 'arn:aws:cloudformation:l:0:stack/shop',
    deployment: 'd',
    pins: [{ version, slot: 'A.B' }],
  });
}

test('a refused deletion carries who uses the version', async () => {
  await publish('app');
  await pinned('app', 1);
  const error = await refusal(store.delete('app'));
  expect(error.data['usage']).toEqual(await store.usage('app'));
  expect(error.hint).toContain('app:1');
  expect((await store.resolve('app')).version.state).toBe('live');
});

test('a condemned version is not found, and the hint says how to have it back', async () => {
  await publish('app');
  await store.delete('app');
  const error = await refusal(store.resolve('app:1'));
  expect(error).toMatchObject({ code: 'not-found', hint: expect.stringContaining('undelete') });
  await store.undelete('app:1');
  expect((await store.resolve('app')).version.number).toBe(1);
});

describe('a store that cannot answer', () => {
  test('says so, without its inside, and not that there is nothing', async () => {
    await publish('app');
    rmSync(join(folder, 'content'), { recursive: true });
    writeFileSync(join(folder, 'content'), 'a file where a folder should be');
    const reading = await refusal(store.open('app').then(({ stream }) => stream.toArray()));
    const verifying = await refusal(store.verify());
    for (const error of [reading, verifying]) {
      expect(error.code).toBe('unavailable');
      expect(error.message).not.toContain('secret-place');
    }
  });

  test('whose catalog is damaged is corrupt', async () => {
    const other = join(root, `secret-place-damaged-${opened}`);
    mkdirSync(other);
    writeFileSync(
      join(other, 'catalog.sqlite'),
      'this is no database, and long enough to be seen as none '.repeat(20),
    );
    const error = await refusal(openStore(`file:${other}`));
    expect(error.code).toBe('corrupt');
    expect(error.message).not.toContain('secret-place');
  });

  test('that a newer release wrote is not opened, and stays as it is', async () => {
    await publish('app');
    const database = new Database(join(folder, 'catalog.sqlite'));
    const before = database.pragma('user_version', { simple: true }) as number;
    database.pragma(`user_version = ${before + 1}`);
    const error = await refusal(openStore(`file:${folder}`));
    expect(error).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(String(before + 1)),
    });
    expect(database.pragma('user_version', { simple: true })).toBe(before + 1);
    database.close();
  });
});

describe('a source that fails', () => {
  test('because it changed while it was read is a conflict, and leaves nothing', async () => {
    const file = join(root, `changing-${opened}.zip`);
    writeFileSync(file, 'before');
    const changing = await openStore(`file:${folder}`, { onEvent: () => writeFileSync(file, 'afterwards') });
    const error = await refusal(changing.publish({ id: 'app', source: { kind: 'path', path: file } }));
    expect(error.code).toBe('conflict');
    expect(error.message).toContain('app');
    await changing.close();
    await expectNothing();
  });

  test('midway leaves nothing', async () => {
    const stream = Readable.from(
      (function* () {
        yield Buffer.alloc(100_000);
        throw new Error('the network is down');
      })(),
    );
    await expect(store.publish({ id: 'app', source: { kind: 'stream', stream } })).rejects.toMatchObject({
      code: 'unavailable',
      cause: { message: 'the network is down' },
    });
    await expectNothing();
  });

  async function expectNothing(): Promise<void> {
    expect((await refusal(store.resolve('app'))).code).toBe('not-found');
    expect(await store.verify()).toEqual({ contents: 0, bytes: 0, problems: [] });
    expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
    expect(await Array.fromAsync(store.events())).toEqual([]);
  }
});

describe('a store folder that cannot be', () => {
  test('is refused at once, also where the system makes no folders', async () => {
    const error = await refusal(openStore('file:/proc/no/such'));

    expect(error.code).toBe('access-denied');
    expect(error.message).toContain('file:/proc/no/such');
  });

  test('is refused when a file stands in its way', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');

    const error = await refusal(openStore(`file:${file}`));

    expect(error.code).toBe('access-denied');
  });
});
