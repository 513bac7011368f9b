import { randomUUID } from 'node:crypto';
import { checkRepositoryName, formatArn, isDigest, type StoreIdentity } from '../../arn/index.js';
import { HoldfastError, isHoldfastError } from '../../errors.js';
import type {
  Location,
  ReferenceRecord,
  RepositoryRecord,
  Usage,
  Version,
  VersionKey,
  VersionRecord,
} from '../../model.js';
import type { ConsumerRecord, LeaseKey, ReplicaEngine } from '../../ports/index.js';
import { actorOf, withArn, type StoreContext } from '../context.js';
import { checkPins, settleConsumer } from '../consumers.js';
import { describeName, parseVersionName } from '../name-version.js';
import { mapBounded } from '../bounded.js';
import { loadReading } from '../heavy-modules.js';
import { pagesOf } from '../pages.js';
import type { OpenVersion } from '../reading.js';
import { resolveNamed } from '../resolve.js';
import { DEFAULT_REPOSITORY } from '../store-reader.js';
import type { InRepository, PinRequest, Resolution, SettleReport, SettleRequest } from '../types.js';
import { makeReplica } from './make-replica.js';
import { homeVersionOf, keyText, replicaArtifactOf } from './names.js';
import { replicasOf } from './retire-replicas.js';

/** How often replicas that went before they were pinned are made again. */
const PIN_ATTEMPTS = 5;
const AT_ONCE = 16;

/** Opens the home store; throws when it cannot be reached. Called only for what the region itself does not know. */
export type OpenHome = () => Promise<StoreContext>;

/** Without what belongs to a home store that may not be reachable. */
export type ReplicaOptions = Omit<StoreContext, 'engine' | 'identity'>;

/**
 * A store of another region, as that region sees it: what has a replica there is found, located, pinned and settled without the home region.
 *
 * Versions have the ARNs of the home region. What the region does not have is made from the home store; while that cannot be reached it throws
 * `unavailable` with the version's name, never `not-found`.
 */
export class ReplicaStore {
  readonly #engine: ReplicaEngine;
  readonly #openHome: OpenHome;
  readonly #options: ReplicaOptions;
  /** Making of replicas that is under way in this process. */
  readonly #underWay = new Map<string, Promise<VersionRecord>>();
  /** What {@link place} holds. */
  readonly #leases: LeaseKey[] = [];

  readonly #closeHome: () => Promise<void>;

  constructor(
    engine: ReplicaEngine,
    openHome: OpenHome,
    options: ReplicaOptions,
    closeHome: () => Promise<void> = async () => undefined,
  ) {
    this.#closeHome = closeHome;
    this.#engine = engine;
    this.#openHome = openHome;
    this.#options = options;
  }

  /** The home store's. */
  get identity(): StoreIdentity {
    return this.#engine.identity;
  }

  get region(): string {
    return this.#engine.region;
  }

  get #context(): StoreContext {
    return { ...this.#options, engine: this.#engine, identity: this.identity };
  }

  /** The live version that a name stands for. A version that has a replica is found here; every other name only the home region can tell. */
  async resolve(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Resolution> {
    const parsed = parseVersionName(name, this.identity, repository);
    if (parsed.type === 'version') {
      const found = await this.find(parsed);
      if (found !== undefined) return { version: found };
    }
    return resolveNamed(await this.#home(describeName(parsed)), name, repository);
  }

  /** Opens a version's bytes where they have a replica here; see {@link ArtifactStore.open}. Throws `not-found` where they have none. */
  async open(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<OpenVersion> {
    const { version } = await this.resolve(name, { repository });
    const [replica] = await replicasOf(this.#engine, version);
    if (replica === undefined)
      throw new HoldfastError('not-found', `${version.arn} has no replica in ${this.region}`);
    return { version, stream: await loadReading().openVerified(this.#context, replica) };
  }

  /** The version when it has a replica that can be used. */
  async find(key: VersionKey): Promise<Version | undefined> {
    const replica = await this.#live(key);
    return replica && this.#homeRecord(replica);
  }

  /** Makes the version's replica unless it has one. Throws `unavailable` when it has none and the home region does not answer. */
  async ensure({ repository, id, number }: VersionKey): Promise<Version> {
    const key = { repository, id, number };
    return this.#homeRecord((await this.#live(key)) ?? (await this.#make(key)));
  }

  /**
   * Like {@link locate}, for a place that is written down before the version is pinned: until this store is closed no sweep moves it. What a
   * killed process leaves of that ends with the lease.
   */
  async place(key: VersionKey, ending?: string): Promise<Location> {
    const { repository, digest } = await this.ensure(key);
    const lease: LeaseKey = { repository, digest, lease: randomUUID() };
    const expiresAt = new Date(this.#options.clock().getTime() + this.#options.leaseMs).toISOString();
    const { stored } = await this.#engine.catalog.leaseContent({ ...lease, expiresAt });
    this.#leases.push(lease);
    if (!stored) await this.#make(key);
    return this.locate(key, ending);
  }

  /** Where AWS services of this region read the version, whose replica is made when there is none. */
  async locate(key: VersionKey, ending?: string): Promise<Location> {
    const { repository, digest } = await this.ensure(key);
    const { engine } = this.#context;
    const copy = await engine.catalog.getContent(repository, digest);
    if (copy?.state !== 'stored') {
      throw new HoldfastError('conflict', `the replica of ${digest} in ${this.region} was just removed`, {
        hint: 'Repeat the command: it is made anew.',
      });
    }
    return engine.content.locate(copy, ending);
  }

  /** Pins replicas for a deployment in this region, all or none; those that went meanwhile are made anew. */
  async pin(request: PinRequest): Promise<void> {
    checkPins(request);
    for (let attempt = 1; attempt <= PIN_ATTEMPTS; attempt += 1) {
      await mapBounded(request.pins, AT_ONCE, ({ version }) => this.ensure(version));
      const pins = await this.#translated(request.pins);
      const result = await this.#engine.catalog.pin({ ...actorOf(this.#context), ...request, pins });
      if (result.outcome === 'pinned') return;
    }
    throw new HoldfastError('conflict', `replicas in ${this.region} are removed as fast as they are made`, {
      hint: 'Repeat the command in a moment.',
    });
  }

  async consumer(arn: string): Promise<ConsumerRecord> {
    const record = await this.#engine.catalog.getConsumer(arn);
    return { ...record, references: record.references.map(homeReference) };
  }

  async settle(request: SettleRequest): Promise<SettleReport> {
    const references = await this.#translated(request.references);
    const { added, released } = await settleConsumer(this.#context, { ...request, references });
    return { added: added.map(homeReference), released: released.map(homeReference) };
  }

  async bindPins(from: string, deployment: string, to: string): Promise<void> {
    await this.#engine.catalog.bindPins(from, deployment, to);
  }

  listConsumers(): AsyncGenerator<string> {
    return pagesOf(
      (page) => this.#engine.catalog.listConsumers(page),
      (arn: string) => arn,
    );
  }

  async listRepositories(): Promise<readonly RepositoryRecord[]> {
    return this.#engine.catalog.listRepositories();
  }

  /** Like {@link ArtifactStore.describe}, of what has a replica here and of nothing else. */
  async describe(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Version> {
    if (isDigest(name)) {
      const [replica] = await this.#engine.catalog.versionsOfContent(checkRepositoryName(repository), name);
      if (replica !== undefined) return this.#homeRecord(replica);
    } else {
      const parsed = parseVersionName(name, this.identity, repository);
      const [replica] = parsed.type === 'version' ? await replicasOf(this.#engine, parsed) : [];
      if (replica !== undefined) return this.#homeRecord(replica);
    }
    throw new HoldfastError('not-found', `${name} has no replica in ${this.region}`);
  }

  /** Who uses the version's replica. */
  async usage(key: VersionKey): Promise<Usage> {
    const [replica] = await replicasOf(this.#engine, key);
    if (replica === undefined) return { references: [], bookmarks: [] };
    const { references } = await this.#engine.catalog.usageOf(replica);
    return { references: references.map(homeReference), bookmarks: [] };
  }

  async close(): Promise<void> {
    try {
      await mapBounded(this.#leases.splice(0), AT_ONCE, (lease) => this.#engine.catalog.releaseLease(lease));
    } finally {
      await this.#engine.catalog.close();
      await this.#closeHome();
    }
  }

  async #live(key: VersionKey): Promise<VersionRecord | undefined> {
    const [replica] = await replicasOf(this.#engine, key);
    return replica?.state === 'live' ? replica : undefined;
  }

  async #make(key: VersionKey): Promise<VersionRecord> {
    const text = keyText(key);
    const known = this.#underWay.get(text);
    if (known !== undefined) return known;
    const making = this.#makeFrom(key).finally(() => this.#underWay.delete(text));
    this.#underWay.set(text, making);
    return making;
  }

  async #makeFrom(key: VersionKey): Promise<VersionRecord> {
    const arn = formatArn({ type: 'version', ...this.identity, ...key });
    const home = await this.#home(arn);
    try {
      const { version } = await resolveNamed(home, arn, key.repository);
      return await makeReplica(home, this.#engine, version);
    } catch (error) {
      throw this.#unreachable(error, arn);
    }
  }

  async #home(what: string): Promise<StoreContext> {
    try {
      return await this.#openHome();
    } catch (error) {
      throw this.#unreachable(error, what);
    }
  }

  #unreachable(error: unknown, what: string): unknown {
    if (!isHoldfastError(error) || error.code !== 'unavailable') return error;
    const { region } = this.identity;
    return new HoldfastError(
      'unavailable',
      `${what} is not known in ${this.region}, and its home region ${region} gives no answer: ${error.message}`,
      {
        hint: `Repeat it when ${region} answers. What has a replica in ${this.region} can be used meanwhile by its version ARN.`,
        cause: error,
      },
    );
  }

  #homeRecord(replica: VersionRecord): Version {
    return withArn(this.identity, { ...replica, ...homeVersionOf(replica) });
  }

  /** The uses with the replicas in the place of their versions. One that has none keeps an artifact without versions, which is told as absent. */
  async #translated(uses: PinRequest['pins']): Promise<PinRequest['pins']> {
    return Promise.all(
      uses.map(async (use) => {
        const [replica] = await replicasOf(this.#engine, use.version);
        return { ...use, version: { ...replicaArtifactOf(use.version), number: replica?.number ?? 1 } };
      }),
    );
  }
}

function homeReference(reference: ReferenceRecord): ReferenceRecord {
  return { ...reference, version: homeVersionOf(reference.version) };
}
