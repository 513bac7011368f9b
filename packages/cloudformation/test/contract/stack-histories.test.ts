import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type ArtifactStore } from '@holdfast/core';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import {
  lockBucket,
  startAccounts,
  type AwsAccounts,
} from '../../../core/test/contract/support/aws-accounts.js';
import { history, type Command } from '../support/cloudformation/commands.js';
import { History, TurnedClock } from '../support/cloudformation/play-history.js';

/** By hand 10,000, as many on each engine; `jest … -t 'aws:'` chooses one. */
const given = process.env['HOLDFAST_TEST_STACK_HISTORIES'];
/** Fewer on files, and on AWS's engine, whose requests take their time. */
const HISTORIES = { memory: 200, file: 20, aws: 3 } as const;
const numberOf = (engine: keyof typeof HISTORIES): number => Number(given ?? HISTORIES[engine]);
/** How many histories share one store, each with stacks and artifacts of its own: opening one costs more than a history. */
const PER_STORE = 8;
/** The emulator keeps in memory what it was given, and becomes slower with it. */
const STORES_PER_EMULATOR = 8;

let accounts: AwsAccounts;
let openedOnAws = 0;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-histories-'));

beforeAll(async () => {
  accounts = await startAccounts();
}, 120_000);
afterAll(async () => {
  await accounts.close();
  rmSync(folder, { recursive: true, force: true });
});

const SPEC = { a: 0, b: undefined, nested: undefined, retain: false, publishes: false };
/** Histories that random ones found, and that once broke the promise. */
const FOUND: readonly (readonly Command[])[] = [
  // A version was published of a function where a refactoring had moved it, before anybody settled either stack.
  [
    { kind: 'deploy', stack: 0, spec: { ...SPEC, a: 1, b: 0, publishes: true }, changeSet: false },
    {
      kind: 'refactor',
      from: 0,
      to: 1,
      logicalId: 'B',
      makes: true,
      rests: false,
    },
    { kind: 'deploy', stack: 1, spec: { ...SPEC, a: 1, b: 1 }, changeSet: false },
    { kind: 'finish', stack: 0 },
    { kind: 'settle', stack: 0, during: [] },
  ],
  // Two stacks of one name were made and deleted before anybody settled, and the first retained what it had.
  [
    { kind: 'begin', stack: 1, spec: { ...SPEC, retain: true }, changeSet: false },
    { kind: 'host', deployment: 0, steps: 3 },
    { kind: 'finish', stack: 1 },
    { kind: 'begin', stack: 1, spec: SPEC, changeSet: false },
    { kind: 'delete', stack: 1 },
    { kind: 'finish', stack: 1 },
    { kind: 'host', deployment: 0, steps: 3 },
  ],
];

type Opening = Parameters<typeof openStore>[1];

async function openAws(options: Opening): Promise<ArtifactStore> {
  openedOnAws += 1;
  if (openedOnAws % STORES_PER_EMULATOR === 0) {
    await accounts.close();
    accounts = await startAccounts();
  }
  const entered = accounts.enterNew();
  const store = await openStore('aws:', options);
  await lockBucket(entered);
  return store;
}

const ENGINES: readonly [string, number, (options: Opening) => Promise<ArtifactStore>][] = [
  [
    'memory:',
    numberOf('memory'),
    (options) => openStore(`memory:${randomUUID()}`, { ...options, bucket: 'artifacts' }),
  ],
  [
    'file:',
    numberOf('file'),
    (options) => openStore(`file:${join(folder, randomUUID())}`, { ...options, bucket: 'artifacts' }),
  ],
  ['aws:', numberOf('aws'), openAws],
];

test.each(ENGINES)(
  '%s %i random histories of stacks that share artifacts: nothing needed is ever deleted, and nothing is left at the end',
  async (_, numRuns, openNew) => {
    let open: { store: ArtifactStore; clock: TurnedClock; played: number } | undefined;
    const close = async (): Promise<void> => {
      await open?.store.close();
      open = undefined;
    };
    const play = async (commands: readonly Command[]): Promise<void> => {
      if (open?.played === PER_STORE) await close();
      if (open === undefined) {
        const clock = new TurnedClock();
        const options = { clock: clock.read, by: 'history', recoveryWindowMs: 0 };
        open = { clock, store: await openNew(options), played: 0 };
      }
      open.played += 1;
      await new History(open.store, open.clock, `h${open.played}`).play(commands);
    };
    try {
      const runs = fc.assert(fc.asyncProperty(history, play), {
        numRuns,
        includeErrorInReport: true,
        examples: FOUND.map((it) => [it]),
      });
      await expect(runs).resolves.toBeUndefined();
    } finally {
      await close();
    }
  },
  // On a busy machine one takes a second, and one on AWS's engine many.
  600_000 + 60_000 * numberOf('aws') + 5_000 * numberOf('memory'),
);
