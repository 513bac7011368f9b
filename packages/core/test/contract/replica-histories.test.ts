import { expect, test } from '@jest/globals';
import assert from 'node:assert/strict';
import { openReplicas } from '../../src/engines/open-replicas.js';
import { isHoldfastError, type Engine, type ReplicaEngine, type VersionRecord } from '../../src/index.js';
import { openContext, type StoreContext } from '../../src/store/context.js';
import { deleteVersion } from '../../src/store/deletion.js';
import { collectGarbage } from '../../src/store/gc.js';
import { publish } from '../../src/store/publish.js';
import { parseReplicaConsumer, replicaArtifactOf } from '../../src/store/replicas/names.js';
import { ReplicaStore } from '../../src/store/replicas/replica-store.js';
import { SteppedClock } from '../../src/testing/index.js';
import { Interleaving } from './support/interleaving.js';
import { seeded } from './support/faulty-http.js';

const REGION = 'us-east-2';
const HISTORIES = 80;
const HOUR_MS = 3_600_000;
/** What may happen to whoever is not alone, and changes nothing that it should not. */
const EXPECTED = new Set(['in-use', 'not-found', 'conflict', 'unavailable']);

/** One history: a store, its replicas, and actors who work on three versions, two of which have the same content. */
class Scene {
  readonly clock = new SteppedClock();
  readonly #interleaving: Interleaving;
  readonly #random: () => number;
  home!: StoreContext;
  away!: ReplicaEngine;
  versions: readonly VersionRecord[] = [];
  /** Looks at which something was in use away, and deletions that were done: a history without them shows nothing. */
  readonly seen = { used: 0, deleted: 0, retired: 0 };

  constructor(random: () => number) {
    this.#random = random;
    this.#interleaving = new Interleaving(random);
  }

  async open(name: string): Promise<void> {
    this.home = await openContext(`memory:${name}`, { clock: this.clock.read, cache: false });
    this.away = await openReplicas(`memory:${name}`, REGION, { identity: this.home.identity });
    const contents = ['same', 'same', 'other'];
    this.versions = await Promise.all(
      contents.map(async (text, i) => {
        const source = { kind: 'bytes', bytes: Buffer.from(text) } as const;
        return (await publish(this.home, { id: `artifact-${i}`, source })).version;
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.home.engine.catalog.close(), this.away.catalog.close()]);
  }

  async play(): Promise<void> {
    const actors = Array.from({ length: 4 + this.#below(6) }, (_, actor) => this.#actor(actor));
    await this.#interleaving.run(actors, () => this.#look());
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Somebody who does three things, one after the other. */
  #actor(actor: number): () => Promise<void> {
    const steps = Array.from({ length: 3 }, () => this.#deed(actor));
    return async () => {
      for (const step of steps) {
        try {
          await step();
        } catch (error) {
          if (!isHoldfastError(error) || !EXPECTED.has(error.code)) throw error;
        }
      }
    };
  }

  #deed(actor: number): () => Promise<unknown> {
    const stepwise = <E extends Engine>(engine: E): E => ({
      ...engine,
      catalog: this.#interleaving.stepwise(actor, engine.catalog),
      content: this.#interleaving.stepwise(actor, engine.content),
    });
    const away = stepwise(this.away);
    const replicas = { open: async () => away, close: async () => undefined };
    const home: StoreContext = { ...this.home, engine: stepwise(this.home.engine), replicas };
    const region = new ReplicaStore(away, async () => home, home);
    const version = this.versions[this.#below(this.versions.length)]!;
    const { repository, id, number } = version;
    const key = { repository, id, number };
    const consumer = `arn:aws:cloudformation:${REGION}:123456789012:stack/s${this.#below(3)}/1`;
    const release = async (): Promise<void> => {
      const { revision, references } = await region.consumer(consumer);
      const releasePins = [...new Set(references.map(({ deployment }) => deployment))];
      await region.settle({
        consumer,
        revision,
        deployment: 'd',
        references: [],
        mode: 'replace',
        releasePins,
      });
    };
    const wait = async (): Promise<void> => {
      this.clock.now += this.#random() < 0.5 ? 2 * HOUR_MS : 8 * 24 * HOUR_MS;
    };
    const collect = async (): Promise<void> => {
      const { items } = await collectGarbage(home, 'default', false);
      this.seen.retired += items.filter(
        ({ action, replicaIn }) => action === 'remove' && replicaIn !== undefined,
      ).length;
    };
    const deeds = [
      () => region.pin({ consumer, deployment: `d${actor}`, pins: [{ version: key, slot: 'F.Code' }] }),
      () => region.ensure(key),
      release,
      async () => {
        await deleteVersion(home, `${id}:${number}`, repository);
        this.seen.deleted += 1;
      },
      collect,
      wait,
      // What sweeps do shows after a while only.
      async () => {
        this.clock.now += 8 * 24 * HOUR_MS;
        await collect();
      },
    ];
    return deeds[this.#below(deeds.length)]!;
  }

  /** What must hold after every single step. */
  async #look(): Promise<void> {
    const home = this.home.engine.catalog;
    for (const version of this.versions) {
      const artifact = replicaArtifactOf(version);
      const replicas = await this.away.catalog.listVersions(artifact.repository, artifact.id, { limit: 9 });
      assert(replicas.length < 2, `${version.id} has ${replicas.length} replicas`);
      const [replica] = replicas;
      if (replica === undefined) continue;
      const { references } = await home.usageOf(version);
      const pins = references.filter(({ consumer }) => parseReplicaConsumer(consumer)?.region === REGION);
      assert(pins.length > 0, `the replica of ${version.id} is not pinned at home`);
      assert.equal((await home.getVersion(version))?.state, 'live', `${version.id} was deleted at home`);
      const users = (await this.away.catalog.usageOf(replica)).references;
      if (users.length === 0) continue;
      this.seen.used += 1;
      const content = await this.away.catalog.getContent(version.repository, version.digest);
      assert.equal(content?.state, 'stored', `the bytes of ${version.id} are gone`);
      assert.equal(await this.away.content.has(content), version.size, `the bytes of ${version.id} are gone`);
    }
  }
}

test(`${HISTORIES} random interleavings of uses, deletions, sweeps and kills remove nothing that is in use`, async () => {
  const seen = { used: 0, deleted: 0, retired: 0 };
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const scene = new Scene(seeded(seed));
    await scene.open(`replica-history-${seed}`);
    try {
      await scene.play();
    } catch (error) {
      throw new Error(`history ${seed}`, { cause: error });
    } finally {
      await scene.close();
    }
    for (const what of ['used', 'deleted', 'retired'] as const) seen[what] += scene.seen[what];
  }
  // The histories have to be about something.
  for (const what of ['used', 'deleted', 'retired'] as const) expect(seen[what]).toBeGreaterThan(10);
}, 120_000);
