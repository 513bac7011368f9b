import { isHoldfastError, openStore, type ArtifactStore } from '../../../src/index.js';
import { say, startTogether } from './say.js';

/** Deletes every version that it can and, when told to, sweeps at once, until its parent ends it. */
async function main([url, task]: string[]): Promise<void> {
  const store = await openStore(url!, { recoveryWindowMs: 0 });
  await startTogether();
  const done = { deleted: 0, refused: 0, swept: 0 };
  const end = new AbortController();
  process.on('SIGTERM', () => end.abort());
  while (!end.signal.aborted) {
    if (task === 'delete') await deleteAll(store, done);
    else done.swept += (await store.gc()).items.filter(({ action }) => action === 'remove').length;
    await new Promise(setImmediate);
  }
  say(done);
  await store.close();
}

async function deleteAll(store: ArtifactStore, done: { deleted: number; refused: number }): Promise<void> {
  for await (const { arn, state } of store.listVersions('app/handler')) {
    if (state !== 'live') continue;
    try {
      await store.delete(arn);
      done.deleted += 1;
    } catch (error) {
      // Swept in the meantime, or in use.
      if (!isHoldfastError(error) || !['in-use', 'not-found'].includes(error.code)) throw error;
      done.refused += 1;
    }
  }
}

void main(process.argv.slice(2));
