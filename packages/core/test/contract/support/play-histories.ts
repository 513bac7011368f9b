import fc from 'fast-check';
import { openStore } from '../../../src/index.js';
import { replay, SteppedClock } from '../../../src/testing/index.js';
import { history } from './random-commands.js';

/** How many histories share one store, each in a repository of its own: opening a store costs more than a history. */
const PER_STORE = 200;
const RECOVERY_WINDOW_MS = 7 * 24 * 3_600_000;

interface Stage {
  readonly clock: SteppedClock;
  readonly stores: Parameters<typeof replay>[0]['stores'];
  played: number;
}

/** Plays that many random histories on fresh stores and on the model; throws with the shortest one in which they disagree. */
export async function playHistories(count: number, freshUrl: () => string): Promise<void> {
  let stage: Stage | undefined;
  const close = async (): Promise<void> => {
    await Promise.all(stage?.stores.map((store) => store.close()) ?? []);
    stage = undefined;
  };
  const property = fc.asyncProperty(history, async (commands) => {
    if (stage?.played === PER_STORE) await close();
    stage ??= await openStage(freshUrl());
    stage.played += 1;
    const { stores, clock } = stage;
    const repository = `history-${stage.played}`;
    await stores[0].createRepository(repository);
    await replay({ stores, clock, repository, recoveryWindowMs: RECOVERY_WINDOW_MS }, commands);
  });
  try {
    await fc.assert(property, { numRuns: count });
  } finally {
    await close();
  }
}

async function openStage(url: string): Promise<Stage> {
  const clock = new SteppedClock();
  const options = { clock: clock.read, by: 'history', recoveryWindowMs: RECOVERY_WINDOW_MS };
  return { clock, stores: [await openStore(url, options), await openStore(url, options)], played: 0 };
}
