import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isHoldfastError, openStore, type ArtifactStore } from '../../src/index.js';
import { Child } from './support/child.js';
import { compileWorkers } from './support/compile.js';
import { Ledger } from './support/ledger.js';
import { temporaryFolder } from './support/temporary-folder.js';
import type { Deed, Said } from './workers/mortal.js';

const KILLS = 200;
/** Each lane is a store of its own, so that both processors have something to do. */
const LANES = 2;
const KILLS_BETWEEN_SWEEPS = 10;
const LONGEST_LIFE_MS = 120;
const DAY_MS = 24 * 3_600_000;
const DEEDS: readonly Deed[] = ['publish', 'register', 'delete', 'gc'];

const folder = temporaryFolder('kills');
let workers: string;

beforeAll(() => {
  workers = compileWorkers(join(folder, 'program'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a worker and kills it at a random moment. Returns what it said. */
async function liveAndDie(url: string, life: number): Promise<Said[]> {
  const child = new Child(workers, 'mortal.js', url, `life-${life}`, DEEDS[life % DEEDS.length]!);
  // Every fifth is killed while it opens the store; the others once they are at work.
  await child.said(life % 5 === 0 ? 1 : 2);
  await new Promise((resolve) => setTimeout(resolve, randomInt(LONGEST_LIFE_MS)));
  child.process.kill('SIGKILL');
  const { code, stderr } = await child.ended;
  // It does not end by itself; when it did, it failed.
  expect({ code, stderr }).toEqual({ code: null, stderr: '' });
  return child.lines as Said[];
}

/** Deletes whatever nobody uses, a day later, when every lease of the dead has expired, and sweeps. */
async function sweepAll(url: string): Promise<void> {
  const later = await openStore(url, { clock: () => new Date(Date.now() + DAY_MS), recoveryWindowMs: 0 });
  for await (const { id } of later.listArtifacts({ prefix: 'short-lived' })) await deleteUnused(later, id);
  await later.gc();
  await later.close();
}

async function deleteUnused(store: ArtifactStore, id: string): Promise<void> {
  for await (const { arn } of store.listVersions(id)) {
    await store.delete(arn).catch((error: unknown) => {
      if (!isHoldfastError(error) || error.code !== 'in-use') throw error;
    });
  }
}

/** Names of all files below a folder of the store. */
function filesIn(url: string, name: string): string[] {
  const all = readdirSync(join(url.slice('file:'.length), name), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** The content files that there should be: one for each content that a version names. */
async function neededFiles(store: ArtifactStore): Promise<Set<string>> {
  const needed = new Set<string>();
  for await (const { id } of store.listArtifacts()) {
    for await (const { digest } of store.listVersions(id)) needed.add(digest.slice('sha256:'.length));
  }
  return needed;
}

async function expectTidy(url: string): Promise<void> {
  await sweepAll(url);
  const store = await openStore(url);
  const files = filesIn(url, 'content').map((name) => name.replace(/\.g\d+$/, ''));
  expect(files.toSorted()).toEqual([...(await neededFiles(store))].toSorted());
  expect(filesIn(url, 'scratch')).toEqual([]);
  await store.close();
}

async function lane(number: number): Promise<Ledger[]> {
  const url = `file:${join(folder, `store-${number}`)}`;
  const ledgers: Ledger[] = [];
  for (let life = 0; life < KILLS / LANES; life += 1) {
    const ledger = new Ledger(await liveAndDie(url, life));
    ledgers.push(ledger);
    const store = await openStore(url);
    expect(await store.verify()).toMatchObject({ problems: [] });
    expect(await ledger.lost(store)).toEqual([]);
    await store.close();
    if (life % KILLS_BETWEEN_SWEEPS === KILLS_BETWEEN_SWEEPS - 1) await expectTidy(url);
  }
  const store = await openStore(url);
  for (const ledger of ledgers) expect(await ledger.lost(store)).toEqual([]);
  const told = await publishedByOutbox(store);
  expect(ledgers.flatMap(({ published }) => published.filter((arn) => !told.has(arn)))).toEqual([]);
  // Nobody uses what was published and not registered: deleted and swept, it leaves nothing.
  for await (const { id } of store.listArtifacts()) await deleteUnused(store, id);
  await store.close();
  await expectTidy(url);
  return ledgers;
}

async function publishedByOutbox(store: ArtifactStore): Promise<Set<string>> {
  const told = new Set<string>();
  for await (const event of store.events()) {
    if (event['detail-type'] === 'Holdfast Version Published') told.add(event.resources[0]!);
  }
  return told;
}

test(
  `${KILLS} kills in the middle of publish, register, delete and sweep lose nothing and leave nothing`,
  async () => {
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    const interrupted = lanes.flat().map((ledger) => ledger.interrupted);
    expect(interrupted).toHaveLength(KILLS);
    // Otherwise the kills missed what they were meant to interrupt.
    const often = DEEDS.filter((deed) => interrupted.filter((other) => other === deed).length >= 5);
    expect(often).toEqual(DEEDS);
  },
  KILLS * 3_000,
);
