import { createWriteStream } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { pipeline as pipeStreams, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  checkArtifactId,
  checkBookmarkName,
  checkRepositoryName,
  formatArn,
  quote,
  type StoreIdentity,
} from '../arn/index.js';
import { openEngine } from '../engines/open.js';
import { HoldfastError } from '../errors.js';
import type { EventRecord } from '../events/index.js';
import type {
  ArtifactRecord,
  BookmarkMove,
  BookmarkRecord,
  Location,
  RepositoryRecord,
  Usage,
  Version,
  VersionKey,
  VersionRecord,
} from '../model.js';
import type { ConsumerRecord } from '../ports/index.js';
import { actorOf, bookmarkArn, versionArn, withArn, type StoreContext } from './context.js';
import { deleteVersion, explain, undeleteVersion } from './deletion.js';
import { collectGarbage } from './gc.js';
import { verifying } from './hashing.js';
import { pagesOf } from './pages.js';
import { publish } from './publish.js';
import { findNamed, resolveNamed } from './resolve.js';
import type {
  ArtifactSummary,
  Bookmark,
  DeleteReport,
  Explanation,
  GcReport,
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
import { verifyRepository } from './verify.js';

const HOUR_MS = 3_600_000;
const DEFAULT_REPOSITORY = 'default';

/** Which repository a short name is looked up in; `default` when absent. ARNs name their own. */
export interface InRepository {
  readonly repository?: string;
}

/**
 * The artifact repository of one account and region.
 *
 * Every rule is here, over an engine that only stores. Wherever a method takes a name, that is an ARN of the store or a short
 * form: `id` (its latest live version), `id:3`, `id:bookmark`, `sha256:…`. Every method throws {@link HoldfastError}:
 * `invalid-input` for a malformed value, `not-found` for a definite absence, `unavailable` or `access-denied` when there was no answer.
 */
export class ArtifactStore {
  readonly #context: StoreContext;

  private constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Opens a store by its URL, such as `file:<folder>`. An embedded store is made when it does not exist. */
  static async open(url: string, options: StoreOptions = {}): Promise<ArtifactStore> {
    const engine = await openEngine(url, options);
    return new ArtifactStore({
      engine,
      identity: engine.identity,
      by: options.by ?? userInfo().username,
      clock: options.clock ?? (() => new Date()),
      onEvent: options.onEvent ?? (() => undefined),
      recoveryWindowMs: options.recoveryWindowMs ?? 7 * 24 * HOUR_MS,
      leaseMs: options.leaseMs ?? HOUR_MS,
    });
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
    return publish(this.#context, input);
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
  async open(name: string, options: InRepository = {}): Promise<{ version: Version; stream: Readable }> {
    const { version } = await this.resolve(name, options);
    const copy = await this.#copyOf(version);
    const stored = await this.#context.engine.content.open(copy);
    // The callback form hands failures of the source on to the verified stream, which the caller reads.
    return { version, stream: pipeStreams(stored, verifying(version.digest), () => undefined) };
  }

  /** Writes a version's bytes to a file, which appears only when they are complete and verified. */
  async readTo(name: string, file: string, options: InRepository = {}): Promise<Version> {
    const { version, stream } = await this.open(name, options);
    const partial = `${file}.${randomUUID()}.partial`;
    try {
      await pipeline(stream, createWriteStream(partial, { flags: 'wx' }));
      await rename(partial, file);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    return version;
  }

  /** Where AWS services read a version's bytes. Throws `invalid-input` when the store has no such place configured. */
  async locate(key: VersionKey): Promise<Location> {
    const version = await this.#context.engine.catalog.getVersion(key);
    if (version === undefined)
      throw new HoldfastError('not-found', `${versionArn(this.identity, key)} does not exist`);
    return this.#context.engine.content.locate(await this.#copyOf(version));
  }

  async #copyOf({ repository, digest }: VersionRecord) {
    const content = await this.#context.engine.catalog.getContent(repository, digest);
    if (content?.state !== 'stored')
      throw new HoldfastError('not-found', `content ${digest} is not stored any more`);
    return content;
  }

  listRepositories(): Promise<readonly RepositoryRecord[]> {
    return this.#context.engine.catalog.listRepositories();
  }

  /** Throws `conflict` when it exists. */
  async createRepository(name: string): Promise<void> {
    const { created } = await this.#context.engine.catalog.createRepository(
      checkRepositoryName(name),
      actorOf(this.#context),
    );
    if (!created) throw new HoldfastError('conflict', `repository ${quote(name)} exists already`);
  }

  /** Throws `not-found`, `invalid-input` for `default`, and `in-use` while anything is left in it. */
  async deleteRepository(name: string): Promise<void> {
    const { outcome } = await this.#context.engine.catalog.deleteRepository(
      checkRepositoryName(name),
      actorOf(this.#context),
    );
    if (outcome === 'absent')
      throw new HoldfastError('not-found', `repository ${quote(name)} does not exist`);
    if (outcome === 'not-empty') {
      throw new HoldfastError('in-use', `repository ${quote(name)} is not empty; nothing was deleted`, {
        hint: `Delete its versions, and remove them for good with: holdfast gc --repository ${name}`,
      });
    }
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

  /**
   * Moves a bookmark of the named version's artifact to that version. With `expected` (a number, or null for "must not exist")
   * it throws `conflict` when the bookmark stands elsewhere.
   */
  async setBookmark(
    name: string,
    bookmark: string,
    options: InRepository & { readonly expected?: number | null } = {},
  ): Promise<Bookmark> {
    checkBookmarkName(bookmark);
    const { version } = await this.resolve(name, options);
    const { repository, id, number } = version;
    const result = await this.#context.engine.catalog.moveBookmark({
      ...actorOf(this.#context),
      ...{ repository, id, name: bookmark, to: number },
      ...(options.expected === undefined ? {} : { expected: options.expected }),
    });
    switch (result.outcome) {
      case 'moved':
      case 'unchanged':
        return this.#bookmark(result.bookmark);
      case 'conflict':
        throw new HoldfastError(
          'conflict',
          `bookmark ${quote(bookmark)} of ${quote(id)} ${result.current === null ? 'does not exist' : `stands on version ${result.current}`}, not where it was expected`,
          { data: { current: result.current } },
        );
      case 'deleted':
      case 'absent':
        throw new HoldfastError('not-found', `${version.arn} was deleted in the meantime`);
    }
  }

  /** Throws `not-found` when the bookmark does not exist. Its history stays. */
  async deleteBookmark(
    id: string,
    bookmark: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<void> {
    const result = await this.#context.engine.catalog.moveBookmark({
      ...actorOf(this.#context),
      ...{ repository, id: checkArtifactId(id), name: checkBookmarkName(bookmark) },
    });
    if (result.outcome === 'absent') {
      throw new HoldfastError('not-found', `bookmark ${quote(bookmark)} of ${quote(id)} does not exist`);
    }
  }

  async listBookmarks(
    id: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<Bookmark[]> {
    const records = await this.#context.engine.catalog.listBookmarks(repository, checkArtifactId(id));
    return records.map((record) => this.#bookmark(record));
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

  #bookmark(record: BookmarkRecord): Bookmark {
    return { arn: bookmarkArn(this.identity, record), ...record };
  }

  /** Pins versions for a deployment that is about to begin: all of them or none. Throws `not-found` naming those that are not live. */
  async pin(request: PinRequest): Promise<void> {
    const result = await this.#context.engine.catalog.pin({ ...actorOf(this.#context), ...request });
    if (result.outcome === 'not-live') {
      const names = result.versions.map((key) => versionArn(this.identity, key)).join(', ');
      throw new HoldfastError(
        'not-found',
        `nothing was pinned, because these versions are deleted: ${names}`,
        {
          hint: 'Publish them again, or restore them with: holdfast undelete <arn>',
        },
      );
    }
  }

  /** Moves a deployment's pins from a stack without ID to the one with. Safe to repeat. */
  bindPins(from: string, deployment: string, to: string): Promise<void> {
    return this.#context.engine.catalog.bindPins(from, deployment, to);
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
  async settle(request: SettleRequest): Promise<SettleReport> {
    const result = await this.#context.engine.catalog.settle({ ...actorOf(this.#context), ...request });
    switch (result.outcome) {
      case 'settled':
        return { added: result.added, released: result.released };
      case 'conflict':
        throw new HoldfastError(
          'conflict',
          `${request.consumer} was settled by somebody else in the meantime`,
        );
      case 'absent': {
        const names = result.versions.map((key) => versionArn(this.identity, key)).join(', ');
        throw new HoldfastError('not-found', `${request.consumer} uses versions that do not exist: ${names}`);
      }
    }
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
    return collectGarbage(this.#context, checkRepositoryName(repository), dryRun);
  }

  /** Reads every content of a repository and compares it with its digest; damaged ones are restored from `repairFrom`. */
  verify({
    repository = DEFAULT_REPOSITORY,
    repairFrom,
  }: InRepository & { readonly repairFrom?: RepairSource } = {}): Promise<VerifyReport> {
    return verifyRepository(this.#context, checkRepositoryName(repository), repairFrom);
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

/** Opens a store by its URL; the same as {@link ArtifactStore.open}. */
export function openStore(url: string, options: StoreOptions = {}): Promise<ArtifactStore> {
  return ArtifactStore.open(url, options);
}
