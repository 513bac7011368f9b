import type { Digest, StoreIdentity } from '../../arn/index.js';
import type { OwnBucket, Instant, VersionKey } from '../../model.js';
import type {
  Actor,
  Catalog,
  ContentCopy,
  LeaseInput,
  LeaseKey,
  MoveBookmarkInput,
  Page,
  PinInput,
  PutLifecycleInput,
  PutPolicyInput,
  RecordVersionInput,
  SettleInput,
  VersionOfContent,
} from '../../ports/index.js';
import * as bookmarks from './bookmarks.js';
import { SqliteDatabase } from './database.js';
import * as deletion from './deletion.js';
import { formerUsesOf } from './former-uses.js';
import * as lifecycles from './lifecycles.js';
import * as policies from './policies.js';
import { readEvents, type Writing } from './outbox.js';
import * as publishing from './publishing.js';
import * as references from './references.js';
import * as removals from './removals.js';
import * as repositories from './repositories.js';
import { readSurvey, surveyPages } from './survey.js';

/**
 * The catalog in an SQLite database: each operation is one transaction.
 *
 * What the operations mean is written at {@link Catalog}; this class only says which of them read and which write.
 */
export class SqliteCatalog implements Catalog {
  readonly #db: SqliteDatabase;
  readonly #identity: StoreIdentity;

  /** `file` is a path, or `:memory:`. The `default` repository exists from the first opening on. */
  constructor(file: string, identity: StoreIdentity) {
    this.#db = new SqliteDatabase(file);
    this.#identity = identity;
    if (repositories.getRepository(this.#db, 'default') === undefined) {
      this.#db.write(() =>
        repositories.createRepository(this.#db, 'default', { by: 'holdfast', at: new Date().toISOString() }),
      );
    }
  }

  async #read<T>(work: (db: SqliteDatabase) => T): Promise<T> {
    return this.#db.read(() => work(this.#db));
  }

  async #write<T>(work: (db: SqliteDatabase) => T): Promise<T> {
    return this.#db.write(() => work(this.#db));
  }

  async #writeWithEvents<T>(work: (writing: Writing) => T): Promise<T> {
    return this.#db.write(() => work({ db: this.#db, identity: this.#identity }));
  }

  createRepository = (name: string, actor: Actor, ownBucket?: OwnBucket) =>
    this.#write((db) => repositories.createRepository(db, name, actor, ownBucket));
  getRepository = (name: string) => this.#read((db) => repositories.getRepository(db, name));
  listRepositories = () => this.#read((db) => repositories.listRepositories(db));
  deleteRepository = (name: string, actor: Actor) =>
    this.#write((db) => repositories.deleteRepository(db, name, actor));

  leaseContent = (input: LeaseInput) => this.#write((db) => publishing.leaseContent(db, input));
  leaseContents = (inputs: readonly LeaseInput[]) =>
    this.#write((db) => inputs.map((input) => publishing.leaseContent(db, input)));
  releaseLease = ({ lease }: LeaseKey) => this.#write((db) => publishing.releaseLease(db, lease));
  recordVersion = (input: RecordVersionInput) =>
    this.#writeWithEvents((w) => publishing.recordVersion(w, input));
  recordVersions = (inputs: readonly RecordVersionInput[]) =>
    this.#writeWithEvents((w) => inputs.map((input) => publishing.recordVersion(w, input)));
  reserveNumbers = (repository: string, id: string, upTo: number) =>
    this.#write((db) => publishing.reserveNumbers(db, repository, id, upTo));
  findTrees = (repository: string, treeDigests: readonly string[]) =>
    this.#read((db) => treeDigests.map((tree) => publishing.findTree(db, repository, tree)));
  hasShape = (repository: string, shape: string) =>
    this.#read((db) => publishing.hasShape(db, repository, shape));

  getVersion = (key: VersionKey) => this.#read((db) => publishing.getVersion(db, key));
  findVersions = (wanted: readonly VersionOfContent[]) =>
    this.#read((db) => publishing.findVersions(db, wanted));
  latestVersion = (repository: string, id: string) =>
    this.#read((db) => publishing.latestVersion(db, repository, id));
  versionsOfContent = (repository: string, digest: Digest, condemnedToo = false) =>
    this.#read((db) => publishing.versionsOfContent(db, repository, digest, condemnedToo));
  listArtifacts = (repository: string, prefix: string | undefined, page: Page<string>) =>
    this.#read((db) => publishing.listArtifacts(db, repository, prefix, page));
  listVersions = (repository: string, id: string, page: Page<number>) =>
    this.#read((db) => publishing.listVersions(db, repository, id, page));

  getBookmark = (repository: string, id: string, name: string) =>
    this.#read((db) => bookmarks.getBookmark(db, repository, id, name));
  listBookmarks = (repository: string, id: string) =>
    this.#read((db) => bookmarks.listBookmarks(db, repository, id));
  bookmarkHistory = (repository: string, id: string, name: string) =>
    this.#read((db) => bookmarks.bookmarkHistory(db, repository, id, name));
  moveBookmark = (input: MoveBookmarkInput) => this.#writeWithEvents((w) => bookmarks.moveBookmark(w, input));

  pin = (input: PinInput) => this.#writeWithEvents((w) => references.pin(w, input));
  bindPins = (from: string, deployment: string, to: string) =>
    this.#write((db) => references.bindPins(db, from, deployment, to));
  settle = (input: SettleInput) => this.#writeWithEvents((w) => references.settle(w, input));
  getConsumer = (consumer: string) => this.#read((db) => references.getConsumer(db, consumer));
  listConsumers = (page: Page<string>) => this.#read((db) => references.listConsumers(db, page));
  usageOf = (key: VersionKey) => this.#read((db) => deletion.usageOf(db, key));

  condemnVersion: Catalog['condemnVersion'] = (key, purgeAfter, actor, untold) =>
    this.#writeWithEvents((w) => deletion.condemnVersion(w, key, purgeAfter, actor, untold));
  restoreVersion = (key: VersionKey, actor: Actor) =>
    this.#writeWithEvents((w) => deletion.restoreVersion(w, key, actor));

  planSweep = (repository: string, at: Instant) => this.#read((db) => removals.planSweep(db, repository, at));
  purgeVersions = (repository: string, actor: Actor) =>
    this.#writeWithEvents((w) => deletion.purgeVersions(w, repository, actor));
  startRemovals = (repository: string, actor: Actor) =>
    this.#write((db) => removals.startRemovals(db, repository, actor));
  listRemovals = (repository: string) => this.#read((db) => removals.listRemovals(db, repository));
  finishRemoval = (copy: ContentCopy) => this.#write((db) => removals.finishRemoval(db, copy));
  getContent = (repository: string, digest: Digest) =>
    this.#read((db) => removals.getContent(db, repository, digest));
  isLeased = (repository: string, digest: Digest) =>
    this.#read((db) => removals.isLeased(db, repository, digest));
  listContents = (repository: string, page: Page<Digest>) =>
    this.#read((db) => removals.listContents(db, repository, page));

  getLifecycle = (repository: string) => this.#read((db) => lifecycles.getLifecycle(db, repository));
  putLifecycle = (input: PutLifecycleInput) => this.#write((db) => lifecycles.putLifecycle(db, input));
  getPolicy = (repository: string) => this.#read((db) => policies.getPolicy(db, repository));
  putPolicy = (input: PutPolicyInput) => this.#write((db) => policies.putPolicy(db, input));
  surveyVersions = (repository: string, id?: string) =>
    surveyPages((after) => this.#read((db) => readSurvey(db, repository, id, after)));
  formerUsesOf = (key: VersionKey) => this.#read((db) => formerUsesOf(db, key));

  readEvents = (page: Page<number>) => this.#read((db) => readEvents(db, this.#identity, page));

  async close(): Promise<void> {
    this.#db.close();
  }
}
