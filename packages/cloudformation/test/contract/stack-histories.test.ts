import { afterEach, test } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { openStore, type ArtifactStore } from '@holdfast/core';
import { history } from '../support/cloudformation/commands.js';
import { History, TurnedClock } from '../support/cloudformation/play-history.js';

/** All of them in `npm test`, fewer where one suite is run by hand. */
const HISTORIES = Number(process.env['HOLDFAST_TEST_STACK_HISTORIES'] ?? 1_000);
/** How many histories share one store, each with stacks and artifacts of its own: opening one costs more than a history. */
const PER_STORE = 8;

let open: { store: ArtifactStore; clock: TurnedClock; played: number } | undefined;

async function close(): Promise<void> {
  await open?.store.close();
  open = undefined;
}

afterEach(close);

test(
  'random histories of stacks that share artifacts: nothing needed is ever deleted, and nothing is left at the end',
  async () => {
    const property = fc.asyncProperty(history, async (commands) => {
      if (open?.played === PER_STORE) await close();
      if (open === undefined) {
        const clock = new TurnedClock();
        const options = { clock: clock.read, by: 'history', recoveryWindowMs: 0, bucket: 'artifacts' };
        open = { clock, store: await openStore(`memory:${randomUUID()}`, options), played: 0 };
      }
      open.played += 1;
      await new History(open.store, open.clock, `h${open.played}`).play(commands);
    });
    await fc.assert(property, { numRuns: HISTORIES, includeErrorInReport: true });
  },
  60_000 + 60 * HISTORIES,
);
