import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ArtifactStore } from '../../src/index.js';
import { SteppedClock, type Command } from '../../src/testing/index.js';
import { act } from '../../src/testing/history/act.js';
import { emptyModel, step } from '../../src/testing/history/model.js';
import { observeModel } from '../../src/testing/history/observe-model.js';
import { observeStore } from '../../src/testing/history/observe-store.js';
import { TableLook } from './support/counts-of.js';
import { startDynamo, type DynamoTables } from './support/dynamo-tables.js';
import { DYNAMO } from './support/faults.js';
import { FaultyHttp, seeded } from './support/faulty-http.js';
import { history } from './support/random-commands.js';
import { RECOVERY_WINDOW_MS, storeOnTable } from './support/store-on-table.js';

/** As many as fit into about a minute and a half; 1,000 and more are run by hand. */
const RUNS = Number(process.env['HOLDFAST_TEST_FAULTS'] ?? 120);
const SEED = Number(process.env['HOLDFAST_TEST_SEED'] ?? Date.now() % 1_000_000);
const PER_TABLE = 3;
/** So many histories are played at once, on tables of their own: the emulator and this process work by turns. */
const STREAMS = 3;
/** One of two handles sends again by itself; with the other the caller sees each failure, and repeats the whole command. */
const ATTEMPTS = [1, 3] as const;
const PERCENT = 15;

let tables: DynamoTables;

beforeAll(async () => {
  tables = await startDynamo();
});

afterAll(async () => {
  await tables.close();
});

interface Stage {
  readonly table: string;
  readonly clock: SteppedClock;
  readonly http: FaultyHttp;
  /** The first two suffer from faults, the last does not. */
  readonly stores: readonly [ArtifactStore, ArtifactStore, ArtifactStore];
  readonly look: TableLook;
  played: number;
  sequence: number;
}

async function openStage(http: FaultyHttp): Promise<Stage> {
  const clock = new SteppedClock();
  const table = await tables.make();
  const faulty = (attempts: number) => storeOnTable(tables, table, clock, http.config(attempts));
  const stores = [
    await faulty(ATTEMPTS[0]),
    await faulty(ATTEMPTS[1]),
    await storeOnTable(tables, table, clock),
  ] as const;
  return {
    ...{ table, clock, http, stores, played: 0, sequence: 0 },
    look: await TableLook.open(tables, table),
  };
}

async function closeStage({ stores, look, table }: Stage): Promise<void> {
  await Promise.all(stores.map((store) => store.close()));
  look.close();
  await tables.remove(table);
}

/** A refusal is told again each time that it is asked for; every other event is told once. */
const toldOnce = (line: string): boolean => !line.startsWith('event Deletion Refused');

/** Plays a history while requests fail, repeating what had no answer, and compares what is there in the end. */
async function play(stage: Stage, commands: readonly Command[]): Promise<number> {
  stage.played += 1;
  const { clock, http, stores } = stage;
  const [one, two, sure] = stores;
  const repository = `run-${stage.played}`;
  await sure.createRepository(repository);
  const scene = { stores: [one, two] as const, clock, repository, recoveryWindowMs: RECOVERY_WINDOW_MS };
  let model = emptyModel(clock.now, RECOVERY_WINDOW_MS);
  let failures = 0;
  http.percent = PERCENT;
  for (const [i, command] of commands.entries()) {
    const [next, expected] = step(model, command);
    const before = failures;
    let answer = await act(scene, scene.stores[i % 2 === 0 ? 0 : 1], command);
    for (; answer === 'refused unavailable'; failures += 1) {
      answer = await act(scene, scene.stores[failures % 2 === 0 ? 1 : 0], command);
    }
    // What was repeated may find itself done already; all else must be answered as if nothing had failed.
    if (failures === before) expect(answer).toBe(expected);
    model = next;
  }
  http.percent = 0;
  const seen = await observeStore(scene, sure, stage.sequence);
  expect(seen.filter(toldOnce)).toEqual(observeModel(model).filter(toldOnce));
  expect(await stage.look.wrongCounts(repository)).toEqual([]);
  for await (const event of sure.events({ after: stage.sequence })) {
    if ('sequence' in event) stage.sequence = event.sequence;
  }
  return failures;
}

/** A deployment that starts again pins again, which must count once. */
function pinningTwice(commands: readonly Command[]): Command[] {
  return commands.flatMap((command): Command[] => (command.kind === 'pin' ? [command, command] : [command]));
}

interface Tally {
  readonly failures: number;
  readonly http: FaultyHttp;
}

/** Plays histories one after the other, on tables of its own. */
async function playAll(histories: readonly Command[][], seed: number): Promise<Tally> {
  const http = new FaultyHttp(DYNAMO, seeded(seed), 0);
  let stage = await openStage(http);
  let failures = 0;
  for (const commands of histories) {
    if (stage.played === PER_TABLE) {
      await closeStage(stage);
      stage = await openStage(http);
    }
    try {
      failures += await play(stage, commands);
    } catch (error) {
      throw new Error(`with HOLDFAST_TEST_SEED=${SEED}: ${JSON.stringify(commands)}`, { cause: error });
    }
  }
  await closeStage(stage);
  return { failures, http };
}

test(
  'whatever fails between us and DynamoDB, no fact is lost, done twice or made up',
  async () => {
    const sample = fc.sample(history, { numRuns: RUNS, seed: SEED }).map(pinningTwice);
    const streams = Array.from({ length: STREAMS }, (_, stream) =>
      playAll(
        sample.filter((_, i) => i % STREAMS === stream),
        SEED + stream,
      ),
    );
    const tallies = await Promise.all(streams);
    const faults = new Map<string, number>();
    for (const { http } of tallies) {
      for (const [fault, count] of http.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
    }
    // Otherwise the runs did not meet what they are for.
    expect([...faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3 * RUNS);
    expect(tallies.reduce((sum, { failures }) => sum + failures, 0)).toBeGreaterThan(RUNS / 4);
    expect(faults.size).toBe(DYNAMO.faults.length);
  },
  60_000 + 10_000 * RUNS,
);
