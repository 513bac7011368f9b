import { randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import { openStore, type ArtifactStore, type Version } from '../../../src/index.js';
import { say } from './say.js';

export type Deed = 'publish' | 'register' | 'delete' | 'gc';

/** What the worker says: what it begins, and what it has done. */
export type Said =
  | 'ready'
  | { readonly begin: Deed; readonly arn?: string; readonly consumer?: string }
  | { readonly done: 'publish'; readonly arn: string; readonly digest: string }
  | { readonly done: 'register'; readonly arn: string; readonly consumer: string }
  | { readonly done: 'delete'; readonly arn: string }
  | { readonly done: 'gc' };

/** Sizes that take one write, several, and long enough to be killed in between. */
const SIZES = [100, 300_000, 3_000_000];

/**
 * Does one deed after the other until it is killed, mostly of its favourite kind, and says so before and after each.
 * Arguments: store URL, a name that no other life has, the favourite.
 */
async function main([url, life, favourite]: string[]): Promise<void> {
  say('ready');
  const store = await openStore(url!, { recoveryWindowMs: 0 });
  const unused: Version[] = [];
  for (let i = 0; ; i += 1) {
    const deed = randomInt(4) === 0 ? 'publish' : (favourite as Deed);
    if (deed === 'gc') await gc(store);
    else if (deed === 'register' && unused.length > 0) await register(store, unused.pop()!, `${life}-${i}`);
    else if (deed === 'delete' && unused.length > 0) await remove(store, unused.pop()!);
    else
      unused.push(await publish(store, `${life}/${i}`, favourite === 'publish' ? SIZES : SIZES.slice(0, 1)));
  }
}

async function publish(store: ArtifactStore, id: string, sizes: readonly number[]): Promise<Version> {
  // Contents are shared between artifacts, also those of other lives.
  const bytes = Buffer.alloc(sizes[randomInt(sizes.length)]!, `content ${randomInt(6)} `);
  say({ begin: 'publish' });
  const source =
    randomInt(2) === 0
      ? ({ kind: 'bytes', bytes } as const)
      : ({ kind: 'stream', stream: Readable.from([bytes]) } as const);
  const { version } = await store.publish({ id, source });
  say({ done: 'publish', arn: version.arn, digest: version.digest });
  return version;
}

async function register(store: ArtifactStore, version: Version, name: string): Promise<void> {
  const consumer = `arn:aws:cloudformation:local:000000000000:stack/${name}`;
  const use = { version, slot: 'Function.Code' };
  say({ begin: 'register', arn: version.arn, consumer });
  await store.pin({ consumer, deployment: 'd', pins: [use] });
  const { revision } = await store.consumer(consumer);
  const evidence = { consumer, revision, deployment: 'd', references: [use], releasePins: ['d'] };
  await store.settle({ ...evidence, mode: 'replace' });
  say({ done: 'register', arn: version.arn, consumer });
}

async function remove(store: ArtifactStore, { arn }: Version): Promise<void> {
  say({ begin: 'delete', arn });
  // One deletion is over in a moment; a kill has to find it at work.
  for (let i = 0; i < 5; i += 1) {
    await store.delete(arn);
    await store.undelete(arn);
  }
  await store.delete(arn);
  say({ done: 'delete', arn });
}

async function gc(store: ArtifactStore): Promise<void> {
  // Something to sweep, so that a kill finds it at work.
  const bytes = Buffer.from(`short-lived ${randomInt(1_000_000_000)}`);
  const { version } = await store.publish({ id: 'short-lived', source: { kind: 'bytes', bytes } });
  await store.delete(version.arn);
  say({ begin: 'gc' });
  await store.gc();
  say({ done: 'gc' });
}

void main(process.argv.slice(2));
