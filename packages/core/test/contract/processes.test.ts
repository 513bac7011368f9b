import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type ArtifactStore, type VerifyReport, type Version } from '../../src/index.js';
import { digestOf } from '../../src/testing/material.js';
import { Child } from './support/child.js';
import { compileWorkers } from './support/compile.js';
import { temporaryFolder } from './support/temporary-folder.js';

const folder = temporaryFolder('processes');
const CLEAN: Partial<VerifyReport> = { problems: [] };
let workers: string;
let opened = 0;

beforeAll(() => {
  workers = compileWorkers(join(folder, 'program'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function freshUrl(): string {
  opened += 1;
  return `file:${join(folder, `store-${opened}`)}`;
}

async function together(children: readonly Child[]): Promise<void> {
  await Promise.all(children.map((child) => child.said(1)));
  for (const child of children) child.go();
}

async function withStore<T>(url: string, look: (store: ArtifactStore) => Promise<T>): Promise<T> {
  const store = await openStore(url);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

interface Published {
  readonly number: number;
  readonly digest: string;
  readonly outcome: string;
}

/** Four processes, sixteen publishers in each, on a store that none of them finds made. */
async function crowd(contents: readonly string[]): Promise<{ published: Published[]; versions: Version[] }> {
  const url = freshUrl();
  const children = [0, 1, 2, 3].map(
    (i) => new Child(workers, 'crowd.js', url, 'app', JSON.stringify(contents.slice(16 * i, 16 * i + 16))),
  );
  await together(children);
  const said = await Promise.all(children.map((child) => child.finished<Published | 'ready'>()));
  return withStore(url, async (store) => {
    const versions: Version[] = [];
    for await (const version of store.listVersions('app')) versions.push(version);
    expect(await store.verify()).toMatchObject(CLEAN);
    return { published: said.flat().filter((line) => line !== 'ready'), versions };
  });
}

test('stores are made by four first users at once', async () => {
  const url = freshUrl();
  const children = [0, 1, 2, 3].map(() => new Child(workers, 'open-many.js', url, '40'));
  await together(children);

  const said = await Promise.all(children.map((child) => child.finished<string>()));

  expect(said.map((lines) => lines.at(-1))).toEqual(Array(4).fill('opened'));
});

describe('64 publishers in four processes', () => {
  test('of the same content end with one version', async () => {
    const { published, versions } = await crowd(Array<string>(64).fill('the same'));
    expect(versions.map(({ number }) => number)).toEqual([1]);
    expect(published.map(({ number }) => number)).toEqual(Array(64).fill(1));
    expect(published.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
  });

  test('of different contents end with the numbers 1 to 64, each of its content', async () => {
    const contents = Array.from({ length: 64 }, (_, i) => `content ${i}`);
    const { published, versions } = await crowd(contents);
    expect(versions.map(({ number }) => number)).toEqual(contents.map((_, i) => i + 1));
    const told = new Map(published.map(({ number, digest }) => [number, digest]));
    expect(told).toEqual(new Map(versions.map(({ number, digest }) => [number, digest])));
    expect(new Set(told.values())).toEqual(new Set(contents.map((text) => digestOf(Buffer.from(text)))));
  });
});

describe('a version that is pinned or referenced is never lost', () => {
  test.each([
    ['delete', ['delete'], { deleted: 10, swept: 0 }],
    ['delete and sweep', ['delete', 'sweep'], { deleted: 10, swept: 10 }],
    ['delete and sweep, two each', ['delete', 'sweep', 'delete', 'sweep'], { deleted: 10, swept: 10 }],
  ])('while others %s', async (_, tasks, least) => {
    const url = freshUrl();
    await withStore(url, (store) => store.verify());
    const deployers = ['shop', 'blog'].map((name) => new Child(workers, 'deployer.js', url, name, '120'));
    const janitors = tasks.map((task) => new Child(workers, 'janitor.js', url, task));
    await together([...deployers, ...janitors]);
    // A deployer ends with an error as soon as what it has pinned or registered is not there.
    const ended = Promise.all(deployers.map((child) => child.finished<{ rounds: number }>()));
    const outcome = await ended.finally(() => janitors.forEach((child) => child.process.kill('SIGTERM')));
    expect(outcome.map((lines) => lines.at(-1))).toEqual(
      outcome.map(() => ({ rounds: 120, refused: expect.any(Number) })),
    );
    const said = await Promise.all(
      janitors.map((child) => child.finished<{ deleted: number; swept: number }>()),
    );
    const done = said.map((lines) => lines.at(-1)!);
    // Otherwise the deployers met nobody, and this test would show nothing.
    expect(done.reduce((sum, { deleted }) => sum + deleted, 0)).toBeGreaterThanOrEqual(least.deleted);
    expect(done.reduce((sum, { swept }) => sum + swept, 0)).toBeGreaterThanOrEqual(least.swept);
    expect(await withStore(url, (store) => store.verify())).toMatchObject(CLEAN);
  });
});
