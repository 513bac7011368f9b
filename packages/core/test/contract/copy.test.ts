import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openStore, type ArtifactStore, type Bookmark, type Version } from '../../src/index.js';
import { lockBucket, startAccounts, type AwsAccounts } from './support/aws-accounts.js';
import { damage } from './support/content-files.js';
import { temporaryFolder } from './support/temporary-folder.js';

const folder = temporaryFolder('copy');
let accounts: AwsAccounts;
const open: ArtifactStore[] = [];

beforeAll(async () => {
  accounts = await startAccounts();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});
afterAll(async () => {
  await accounts.close();
  rmSync(folder, { recursive: true });
});

async function openAs(url: string, by: string): Promise<ArtifactStore> {
  const store = await openStore(url, { by, cache: false });
  open.push(store);
  return store;
}

async function freshStore(kind: string, by: string): Promise<ArtifactStore> {
  if (kind !== 'aws:')
    return openAs(kind + (kind === 'file:' ? join(folder, randomUUID()) : randomUUID()), by);
  const entered = accounts.enterNew();
  const store = await openAs('aws:', by);
  await lockBucket(entered);
  return store;
}

const bytes = (text: string) => ({ kind: 'bytes', bytes: Buffer.from(text) }) as const;

/** Two repositories, a packed directory, labels, provenance and bookmarks. */
async function fill(store: ArtifactStore): Promise<void> {
  const site = join(folder, randomUUID());
  mkdirSync(join(site, 'assets'), { recursive: true });
  writeFileSync(join(site, 'index.html'), '<h1>one</h1>');
  writeFileSync(join(site, 'assets', 'app.js'), 'let a = 1;'.repeat(1_000));
  await store.publish({
    ...{ id: 'web/site', source: { kind: 'path', path: site }, labels: { team: 'web' } },
    provenance: { commit: 'c'.repeat(40), tool: 'holdfast/1' },
  });
  for (const text of ['one', 'two', 'three']) await store.publish({ id: 'web/api', source: bytes(text) });
  await store.publish({ id: 'webhook', source: bytes('one'), mediaType: 'text/plain' });
  await store.createRepository('payments');
  await store.publish({ id: 'card', repository: 'payments', source: bytes('card') });
  await store.setBookmark('web/api:2', 'prod');
  await store.setBookmark('web/site:1', 'prod');
}

/** Everything that a copy should keep, by repository and artifact. */
async function contentsOf(store: ArtifactStore): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const { name: repository } of await store.listRepositories()) {
    for await (const { id } of store.listArtifacts({ repository })) {
      for await (const version of store.listVersions(id, { repository })) seen.push(withoutArn(version));
      for (const { name, number } of await store.listBookmarks(id, { repository })) {
        seen.push({ repository, id, name, number } satisfies Partial<Bookmark>);
      }
    }
  }
  return seen;
}

function withoutArn({ arn: _, ...version }: Version): Omit<Version, 'arn'> {
  return version;
}

test.each([
  ['file:', 'memory:'],
  ['file:', 'aws:'],
  ['aws:', 'file:'],
])(
  'from %s to %s everything arrives as it was, and again changes nothing',
  async (from, to) => {
    const source = await freshStore(from, 'alice');
    await fill(source);
    const target = await freshStore(to, 'mover');
    const report = await target.copyFrom(source);
    expect(report).toMatchObject({ artifacts: 4, copied: 6, existing: 0, bookmarks: 2 });
    expect([report.renumbered, report.condemned, report.bookmarksLeft]).toEqual([[], [], []]);
    expect(await contentsOf(target)).toEqual(await contentsOf(source));
    // It reads all bytes and computes the tree's digest anew.
    expect(await target.verify()).toMatchObject({ contents: 4, problems: [] });

    expect(await target.copyFrom(source)).toMatchObject({ copied: 0, existing: 6, bytes: 0, bookmarks: 0 });
    expect(await contentsOf(target)).toEqual(await contentsOf(source));
  },
  60_000,
);

test('a copy can be confined to a repository, and to artifacts below a prefix', async () => {
  const source = await freshStore('memory:', 'alice');
  await fill(source);
  const payments = await freshStore('memory:', 'mover');
  expect(await payments.copyFrom(source, { repository: 'payments' })).toMatchObject({ copied: 1 });
  expect((await payments.resolve('card', { repository: 'payments' })).version.number).toBe(1);

  const web = await freshStore('memory:', 'mover');
  expect(await web.copyFrom(source, { repository: 'default', prefix: 'web' })).toMatchObject({ copied: 4 });
  await expect(web.resolve('webhook')).rejects.toMatchObject({ code: 'not-found' });
  expect((await web.listRepositories()).map(({ name }) => name)).toEqual(['default']);
});

test.each(['memory:', 'aws:'])(
  'numbers that are missing in the source are left out in %s',
  async (to) => {
    const source = await freshStore('memory:', 'alice');
    await fill(source);
    await source.delete('web/api:1');
    const target = await freshStore(to, 'mover');
    const report = await target.copyFrom(source, { prefix: 'web/api' });
    expect(report.renumbered).toEqual([]);
    expect(report.condemned).toEqual([expect.stringMatching(/web\/api:1$/)]);
    const { version } = await target.resolve('web/api:prod');
    expect(version).toMatchObject({ number: 2, digest: (await source.resolve('web/api:2')).version.digest });
    expect((await target.resolve('web/api')).version.number).toBe(3);
    expect(await target.copyFrom(source, { prefix: 'web/api' })).toMatchObject({ copied: 0, renumbered: [] });
  },
  60_000,
);

test('a number that is taken in the target differs, which is told, and bookmarks follow the content', async () => {
  const source = await freshStore('memory:', 'alice');
  await fill(source);
  const target = await freshStore('memory:', 'mover');
  for (const text of ['own', 'one', 'also own']) await target.publish({ id: 'web/api', source: bytes(text) });
  const report = await target.copyFrom(source, { repository: 'default' });
  const name = (store: ArtifactStore, number: number): string =>
    `arn:aws:holdfast:${store.identity.region}:${store.identity.account}:version/default/web/api:${number}`;
  expect(report.renumbered).toEqual([
    { from: name(source, 1), to: name(target, 2) },
    { from: name(source, 2), to: name(target, 4) },
    { from: name(source, 3), to: name(target, 5) },
  ]);
  const { version } = await target.resolve('web/api:prod');
  expect(version.digest).toBe((await source.resolve('web/api:prod')).version.digest);
});

test('a bookmark that stands elsewhere in the target stays, and is told', async () => {
  const source = await freshStore('memory:', 'alice');
  await fill(source);
  const target = await freshStore('memory:', 'mover');
  await target.copyFrom(source);
  await target.setBookmark('web/api:3', 'prod');
  const report = await target.copyFrom(source);
  expect(report.bookmarksLeft).toEqual([
    { arn: expect.stringMatching(/:bookmark\/default\/web\/api:prod$/), number: 3, wanted: 2 },
  ]);
  expect((await target.resolve('web/api:prod')).version.number).toBe(3);
});

test('damaged content is not copied, and a copy after the repair goes on', async () => {
  const root = join(folder, randomUUID());
  const source = await openAs(`file:${root}`, 'alice');
  const { version } = await source.publish({ id: 'a', source: bytes('good') });
  await source.publish({ id: 'b', source: bytes('other') });
  damage(root, version.digest, () => Buffer.from('baad'));
  const target = await freshStore('file:', 'mover');
  await expect(target.copyFrom(source)).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining(version.arn),
  });
  await expect(target.resolve('a')).rejects.toMatchObject({ code: 'not-found' });

  const good = bytes('good').bytes;
  await source.verify({ repairFrom: async () => ({ open: () => Readable.from([good]) }) });
  expect(await target.copyFrom(source)).toMatchObject({ artifacts: 2 });
  expect(await contentsOf(target)).toEqual(await contentsOf(source));
  expect(await target.verify()).toMatchObject({ contents: 2, problems: [] });
});
