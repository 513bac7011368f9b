import type { Digest, StoreIdentity } from '../../../arn/index.js';
import type { Instant, OwnBucket, VersionKey } from '../../../model.js';
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
} from '../../../ports/index.js';
import * as bookmarks from './bookmarks.js';
import type { DynamoApi } from './client.js';
import * as consumers from './consumers.js';
import * as contents from './contents.js';
import type { Context } from './context.js';
import * as deletion from './deletion.js';
import { formerUsesOf } from './former-uses.js';
import { Hints } from './hints.js';
import * as leases from './leases.js';
import * as lifecycles from './lifecycles.js';
import * as policies from './policies.js';
import * as outbox from './outbox.js';
import { recordVersions } from './publishing.js';
import { reserveNumbers } from './reserving.js';
import * as reading from './reading.js';
import * as repositories from './repositories.js';
import { surveyVersions } from './survey.js';
import * as sweeping from './sweeping.js';
import { TableClient } from './table-client.js';
import { findTrees, hasShape, newestVersions } from './trees.js';
import { Ticks } from './ticks.js';
import { bookmarksOf, usageOf } from './usage.js';

export interface DynamoCatalogOptions {
  readonly api: DynamoApi;
  readonly table: string;
  readonly identity: StoreIdentity;
}

/**
 * The catalog in a DynamoDB table: each operation is one transaction, or several where {@link Catalog} allows it.
 *
 * What the operations mean is written at {@link Catalog}, and how items lie at keys.ts. Opening costs no request.
 */
export class DynamoCatalog implements Catalog {
  readonly #context: Context;
  readonly #api: DynamoApi;

  constructor({ api, table, identity }: DynamoCatalogOptions) {
    this.#api = api;
    this.#context = {
      table: new TableClient(api, table),
      identity,
      ticks: new Ticks(),
      hints: new Hints(),
    };
  }

  createRepository = (name: string, actor: Actor, ownBucket?: OwnBucket) =>
    repositories.createRepository(this.#context, name, actor, ownBucket);
  /** See {@link repositories.placeOf}. */
  placeOf = (name: string) => repositories.placeOf(this.#context, name);
  getRepository = (name: string) => repositories.getRepository(this.#context, name);
  listRepositories = () => repositories.listRepositories(this.#context);
  deleteRepository = (name: string, actor: Actor) =>
    repositories.deleteRepository(this.#context, name, actor);

  leaseContent = async (input: LeaseInput) => (await leases.leaseContents(this.#context, [input]))[0]!;
  leaseContents = (inputs: readonly LeaseInput[]) => leases.leaseContents(this.#context, inputs);
  releaseLease = (lease: LeaseKey) => leases.releaseLease(this.#context, lease);
  recordVersion = async (input: RecordVersionInput) => (await recordVersions(this.#context, [input]))[0]!;
  recordVersions = (inputs: readonly RecordVersionInput[]) => recordVersions(this.#context, inputs);
  reserveNumbers = (repository: string, id: string, upTo: number) =>
    reserveNumbers(this.#context, repository, id, upTo);
  nextNumber = (repository: string, id: string) => this.#context.hints.lastNumber(repository, id) + 1;
  findTrees = (repository: string, treeDigests: readonly string[], ids?: readonly string[]) =>
    findTrees(this.#context, repository, treeDigests, ids);
  hasShape = (repository: string, shape: string) => hasShape(this.#context, repository, shape);
  newestVersions = (repository: string, ids: readonly string[]) =>
    newestVersions(this.#context, repository, ids);

  getVersion = (key: VersionKey) => reading.getVersion(this.#context, key);
  findVersions = (wanted: readonly VersionOfContent[]) => reading.findVersions(this.#context, wanted);
  latestVersion = (repository: string, id: string) => reading.latestVersion(this.#context, repository, id);
  versionsOfContent = (repository: string, digest: Digest, condemnedToo = false) =>
    reading.versionsOfContent(this.#context, repository, digest, condemnedToo);
  listArtifacts = (repository: string, prefix: string | undefined, page: Page<string>) =>
    reading.listArtifacts(this.#context, repository, prefix, page);
  listVersions = (repository: string, id: string, page: Page<number>) =>
    reading.listVersions(this.#context, repository, id, page);

  getBookmark = (repository: string, id: string, name: string) =>
    bookmarks.getBookmark(this.#context, repository, id, name);
  listBookmarks = (repository: string, id: string) => bookmarksOf(this.#context, repository, id);
  bookmarkHistory = (repository: string, id: string, name: string) =>
    bookmarks.bookmarkHistory(this.#context, repository, id, name);
  moveBookmark = (input: MoveBookmarkInput) => bookmarks.moveBookmark(this.#context, input);

  pin = (input: PinInput) => consumers.pin(this.#context, input);
  bindPins = (from: string, deployment: string, to: string) =>
    consumers.bindPins(this.#context, from, deployment, to);
  settle = (input: SettleInput) => consumers.settle(this.#context, input);
  getConsumer = (consumer: string) => consumers.getConsumer(this.#context, consumer);
  listConsumers = (page: Page<string>) => consumers.listConsumers(this.#context, page);
  usageOf = (key: VersionKey) => usageOf(this.#context, key);

  condemnVersion: Catalog['condemnVersion'] = (key, purgeAfter, actor, untold) =>
    deletion.condemnVersion(this.#context, key, purgeAfter, actor, untold);
  restoreVersion = (key: VersionKey, actor: Actor) => deletion.restoreVersion(this.#context, key, actor);

  planSweep = (repository: string, at: Instant) => sweeping.planSweep(this.#context, repository, at);
  purgeVersions = (repository: string, actor: Actor) =>
    sweeping.purgeVersions(this.#context, repository, actor);
  startRemovals = (repository: string, actor: Actor) =>
    sweeping.startRemovals(this.#context, repository, actor);
  listRemovals = (repository: string) => contents.listRemovals(this.#context, repository);
  finishRemoval = (copy: ContentCopy) => contents.finishRemoval(this.#context, copy);
  getContent = (repository: string, digest: Digest) => contents.getContent(this.#context, repository, digest);
  isLeased = (repository: string, digest: Digest) => contents.isLeased(this.#context, repository, digest);
  replaceObjectVersion = (copy: ContentCopy, objectVersion: string) =>
    contents.replaceObjectVersion(this.#context, copy, objectVersion);
  listContents = (repository: string, page: Page<Digest>) =>
    contents.listContents(this.#context, repository, page);

  getLifecycle = (repository: string) => lifecycles.getLifecycle(this.#context, repository);
  putLifecycle = (input: PutLifecycleInput) => lifecycles.putLifecycle(this.#context, input);
  getPolicy = (repository: string) => policies.getPolicy(this.#context, repository);
  putPolicy = (input: PutPolicyInput) => policies.putPolicy(this.#context, input);
  surveyVersions = (repository: string, id?: string) => surveyVersions(this.#context, repository, id);
  formerUsesOf = (key: VersionKey) => formerUsesOf(this.#context, key);

  readEvents = (page: Page<number>) => outbox.readEvents(this.#context, page);
  numberedEvents = (page: Page<number>) => outbox.numberedEvents(this.#context, page);
  waitingEvents = () => outbox.waitingEvents(this.#context);

  async close(): Promise<void> {
    this.#api.close();
  }
}
