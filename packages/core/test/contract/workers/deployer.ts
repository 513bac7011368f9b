import { openStore, isHoldfastError, type ArtifactStore } from '../../../src/index.js';
import { say, startTogether } from './say.js';

const ID = 'app/handler';

/** Publishes, pins, uses and lets go of one version, again and again, while others delete and sweep whatever they can. */
async function main([url, name, rounds]: string[]): Promise<void> {
  const store = await openStore(url!, { recoveryWindowMs: 0 });
  await startTogether();
  let refused = 0;
  for (let round = 0; round < Number(rounds); round += 1) {
    refused += await deploy(store, `arn:aws:cloudformation:local:000000000000:stack/${name}`, round);
  }
  say({ rounds: Number(rounds), refused });
  await store.close();
}

/** One deployment. Returns how often a deletion came between publishing and pinning. */
async function deploy(store: ArtifactStore, consumer: string, round: number): Promise<number> {
  // Few contents, so that they are deleted, swept and published again all the time.
  const bytes = Buffer.from(`content ${round % 3}`);
  const deployment = `d${round}`;
  for (let refused = 0; ; refused += 1) {
    const { version } = await store.publish({ id: ID, source: { kind: 'bytes', bytes } });
    const use = { version, slot: 'Function.Code' };
    try {
      await store.pin({ consumer, deployment, pins: [use] });
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'not-found') throw error;
      continue;
    }
    await check(store, version.arn, bytes);
    const { revision } = await store.consumer(consumer);
    await store.settle({
      consumer,
      revision,
      deployment,
      references: [use],
      mode: 'replace',
      releasePins: [deployment],
    });
    await check(store, version.arn, bytes);
    if (round % 2 === 0) await release(store, consumer);
    return refused;
  }
}

async function release(store: ArtifactStore, consumer: string): Promise<void> {
  const { revision } = await store.consumer(consumer);
  await store.settle({
    consumer,
    revision,
    deployment: 'none',
    references: [],
    mode: 'replace',
    releasePins: [],
  });
}

/** Throws unless the version can be read, whole and verified. */
async function check(store: ArtifactStore, arn: string, bytes: Buffer): Promise<void> {
  const { stream } = await store.open(arn);
  const read = Buffer.concat((await stream.toArray()) as Buffer[]);
  if (!read.equals(bytes)) throw new Error(`${arn} has other bytes than were published`);
}

void main(process.argv.slice(2));
