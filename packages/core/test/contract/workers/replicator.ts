import { openReplicas } from '../../../src/engines/open-replicas.js';
import { openContext } from '../../../src/store/context.js';
import { makeReplica, type ReplicaStep } from '../../../src/store/replicas/make-replica.js';
import { openReplicaStore } from '../../../src/index.js';
import { say, startTogether } from './say.js';

/**
 * Uses a version in a region. Arguments: store URL, region, artifact ID, number, and the step at which it stops and waits for its end, if any.
 */
async function main([url, region, id, number, stopAt]: string[]): Promise<void> {
  await startTogether();
  const key = { repository: 'default', id: id!, number: Number(number) };
  if (stopAt === undefined) {
    const store = await openReplicaStore(url!, region!);
    const version = await store.ensure(key);
    say({ arn: version.arn, digest: version.digest });
    await store.close();
    return;
  }
  const home = await openContext(url!, {});
  const replicas = await openReplicas(url!, region!, { identity: home.identity });
  const version = await home.engine.catalog.getVersion(key);
  await makeReplica(home, replicas, version!, (step: ReplicaStep) => {
    if (step !== stopAt) return;
    say({ stoppedAt: step });
    // Whoever waits for this line kills the process, in the midst of what comes next.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
}

void main(process.argv.slice(2));
