import {
  checkArtifactId,
  checkBookmarkName,
  checkRepositoryName,
  formatArn,
  type StoreIdentity,
} from '../arn/index.js';
import type { EventRecord } from '../events/index.js';
import type {
  ArtifactRecord,
  BookmarkMove,
  Location,
  RepositoryRecord,
  Usage,
  Version,
  VersionKey,
  VersionRecord,
} from '../model.js';
import type { ConsumerRecord } from '../ports/index.js';
import { bookmarkOf, deleteBookmark, setBookmark } from './bookmarks.js';
import { bindPins, pinVersions, settleConsumer } from './consumers.js';
import { openContext, withArn, type StoreContext } from './context.js';
import { deleteVersion, explain, undeleteVersion } from './deletion.js';
import { loadGc, loadPublish, loadReading, loadVerify } from './heavy-modules.js';
import { pagesOf } from './pages.js';
import type { OpenVersion } from './reading.js';
import { createRepository, deleteRepository } from './repositories.js';
import { findContent, findNamed, resolveNamed } from './resolve.js';
import type {
  ArtifactSummary,
  Bookmark,
  DeleteReport,
  Explanation,
  GcReport,
  InRepository,
  PinRequest,
  PublishInput,
  PublishResult,
  RepairSource,
  Resolution,
  SettleReport,
  SettleRequest,
  StoreOptions,
  VerifyReport,
} from './types.js';

const DEFAULT_REPOSITORY = 'default';

/**
 * The artifact repository of one account and region.
 *
 * Every rule is here, over an engine that only stores. Wherever a method takes a name, that is an ARN of the store or a short
 * form: `id` (its latest live version), `id:3`, `id:bookmark`, `sha256:…`. Every method throws {@link HoldfastError}:
 * `invalid-input` for a malformed value, `not-found` for a definite absence, `unavailable` or `access-denied` without an answer.
 */
export class ArtifactStore {
  readonly #context: StoreContext;

  private constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Opens a store by its URL, such as `file:<folder>`. An embedded store is made when it does not exist. */
  static async open(url: string, options: StoreOptions = {}): Promise<ArtifactStore> {
    return new ArtifactStore(await openContext(url, options));
  }

  get url(): string {
    return this.#context.engine.url;
  }

  get identity(): StoreIdentity {
    return this.#context.identity;
  }

  /**
   * Stores a content and makes it a version of the artifact, unless the artifact has it already.
   *
   * Content that the repository has is not moved again. Throws `not-found` when only a digest was given and the content is not
   * there, and `conflict` when the source changed while it was read.
   */
  publish(input: PublishInput): Promise<PublishResult> {
    return loadPublish().publish(this.#context, input);
  }

  /** Publishes many with few requests, in their order. When it throws, some may be published; repeating it is safe. */
  publishAll(inputs: readonly PublishInput[]): Promise<PublishResult[]> {
    return loadPublish().publishAll(this.#context, inputs);
  }

  /** The live version that a name stands for at this moment. */
  resolve(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Resolution> {
    return resolveNamed(this.#context, name, repository);
  }

  /** Like {@link resolve}, for a condemned version as well. */
  async describe(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Version> {
    return (await findNamed(this.#context, name, repository)).version;
  }

  /** Opens a version's bytes. The stream fails with `corrupt` at its end when they are not what the digest says. */
  open(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<OpenVersion> {
    return loadReading().openVersion(this.#context, name, repository);
  }

  /** Writes a version's bytes to a file, which appears only when they are complete and verified. */
  readTo(
    name: string,
    file: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<Version> {
    return loadReading().readVersionTo(this.#context, name, repository, file);
  }

  /** Throws `invalid-input` when {@link locate} could name no place: to be asked before anything is published. */
  checkLocatable(): Promise<void> {
    return this.#context.engine.content.checkLocatable();
  }

  /** Where AWS services read a version's bytes. Throws `invalid-input` when the store has no such place configured. */
  locate(key: VersionKey): Promise<Location> {
    return loadReading().locateVersion(this.#context, key);
  }

  listRepositories(): Promise<readonly RepositoryRecord[]> {
    return this.#context.engine.catalog.listRepositories();
  }

  /** Throws `conflict` when it exists. */
  createRepository(name: string): Promise<void> {
    return createRepository(this.#context, name);
  }

  /** Throws `not-found`, `invalid-input` for `default`, and `in-use` while anything is left in it. */
  deleteRepository(name: string): Promise<void> {
    return deleteRepository(this.#context, name);
  }

  /** Artifacts in order of their ID; with a prefix, those at or below it. */
  async *listArtifacts(
    options: InRepository & { readonly prefix?: string } = {},
  ): AsyncGenerator<ArtifactSummary> {
    const repository = checkRepositoryName(options.repository ?? DEFAULT_REPOSITORY);
    const prefix = options.prefix === undefined ? undefined : checkArtifactId(options.prefix);
    const { catalog } = this.#context.engine;
    const records = pagesOf(
      (page) => catalog.listArtifacts(repository, prefix, page),
      ({ id }: ArtifactRecord) => id,
    );
    for await (const record of records) {
      yield { arn: formatArn({ type: 'artifact', ...this.identity, repository, id: record.id }), ...record };
    }
  }

  /** An artifact's versions, live and condemned, in order of their number. */
  async *listVersions(
    id: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): AsyncGenerator<Version> {
    checkArtifactId(id);
    const { catalog } = this.#context.engine;
    const records = pagesOf(
      (page) => catalog.listVersions(repository, id, page),
      ({ number }: VersionRecord) => number,
    );
    for await (const record of records) yield withArn(this.identity, record);
  }

  /** The live versions of a content, of whatever artifact, newest first. */
  versionsOfContent(digest: string, { repository }: InRepository = {}): Promise<Version[]> {
    return findContent(this.#context, digest, repository ?? DEFAULT_REPOSITORY);
  }

  /**
   * Moves a bookmark of the named version's artifact to that version. With `expected` (a number, or null for "must not exist")
   * it throws `conflict` when the bookmark stands elsewhere.
   */
  setBookmark(
    name: string,
    bookmark: string,
    { repository = DEFAULT_REPOSITORY, expected }: InRepository & { readonly expected?: number | null } = {},
  ): Promise<Bookmark> {
    return setBookmark(this.#context, name, bookmark, repository, expected);
  }

  /** Throws `not-found` when the bookmark does not exist. Its history stays. */
  deleteBookmark(
    id: string,
    bookmark: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<void> {
    return deleteBookmark(this.#context, id, bookmark, repository);
  }

  async listBookmarks(
    id: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<Bookmark[]> {
    const records = await this.#context.engine.catalog.listBookmarks(repository, checkArtifactId(id));
    return records.map((record) => bookmarkOf(this.#context, record));
  }

  /** Every move, oldest first; empty when there never was such a bookmark. */
  bookmarkHistory(
    id: string,
    bookmark: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<readonly BookmarkMove[]> {
    return this.#context.engine.catalog.bookmarkHistory(
      repository,
      checkArtifactId(id),
      checkBookmarkName(bookmark),
    );
  }

  /** Pins versions for a deployment that is about to begin: all of them or none. Throws `not-found` naming those that are not live. */
  pin(request: PinRequest): Promise<void> {
    return pinVersions(this.#context, request);
  }

  /** Moves a deployment's pins from a stack without ID to the one with. Safe to repeat. */
  bindPins(from: string, deployment: string, to: string): Promise<void> {
    return bindPins(this.#context, from, deployment, to);
  }

  /** What a consumer holds, and the revision that {@link settle} wants. */
  consumer(arn: string): Promise<ConsumerRecord> {
    return this.#context.engine.catalog.getConsumer(arn);
  }

  /** ARNs of all consumers that hold a reference or pin. */
  listConsumers(): AsyncGenerator<string> {
    return pagesOf(
      (page) => this.#context.engine.catalog.listConsumers(page),
      (arn: string) => arn,
    );
  }

  /**
   * Makes a consumer's references what the evidence says. New ones are added before old ones go.
   *
   * Throws `conflict` when someone settled the consumer since its revision was read: gather the evidence again. Throws
   * `not-found` when the evidence names versions that are gone; then nothing changes.
   */
  settle(request: SettleRequest): Promise<SettleReport> {
    return settleConsumer(this.#context, request);
  }

  /** The references, pins and bookmarks of a version. */
  async usage(name: string, options: InRepository = {}): Promise<Usage> {
    return this.#context.engine.catalog.usageOf(await this.describe(name, options));
  }

  /** Every reason why a version is kept. */
  why(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Explanation> {
    return explain(this.#context, name, repository);
  }

  /**
   * Condemns a version; it can be restored until its recovery window ends. Throws `in-use`, with the users in
   * `data.usage`, while a reference, a pin or a bookmark keeps it.
   */
  delete(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<DeleteReport> {
    return deleteVersion(this.#context, name, repository);
  }

  /** Makes a condemned version live again; a live one stays as it is. Throws `not-found` after its window. */
  undelete(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Version> {
    return undeleteVersion(this.#context, name, repository);
  }

  /** Removes for good what was condemned and whose window has ended, with a reason for everything kept and removed. */
  gc({
    repository = DEFAULT_REPOSITORY,
    dryRun = false,
  }: InRepository & { readonly dryRun?: boolean } = {}): Promise<GcReport> {
    return loadGc().collectGarbage(this.#context, checkRepositoryName(repository), dryRun);
  }

  /** Reads every content of a repository and compares it with its digest; damaged ones are restored from `repairFrom`. */
  verify({
    repository = DEFAULT_REPOSITORY,
    repairFrom,
  }: InRepository & { readonly repairFrom?: RepairSource } = {}): Promise<VerifyReport> {
    return loadVerify().verifyRepository(this.#context, checkRepositoryName(repository), repairFrom);
  }

  /** The outbox in order, from after a sequence number. */
  events({ after }: { readonly after?: number } = {}): AsyncGenerator<EventRecord> {
    return pagesOf(
      (page) => this.#context.engine.catalog.readEvents(page),
      ({ sequence }: EventRecord) => sequence,
      after,
    );
  }

  close(): Promise<void> {
    return this.#context.engine.catalog.close();
  }
}
