import {
  checkArtifactId,
  checkBookmarkName,
  checkCopyEnding,
  checkRepositoryName,
  formatArn,
  type StoreIdentity,
} from '../arn/index.js';
import type { EventRecord, WaitingEvent } from '../events/index.js';
import type {
  ArtifactRecord,
  BookmarkMove,
  LifecycleRecord,
  Location,
  RepositoryRecord,
  Usage,
  Version,
  VersionKey,
  VersionRecord,
} from '../model.js';
import type { ConsumerRecord, ContentCopy, PolicyRecord } from '../ports/index.js';
import { bookmarkOf } from './bookmarks.js';
import { withArn, type StoreContext } from './context.js';
import {
  loadElsewhere,
  loadExplain,
  loadReading,
  loadReadingEvents,
  loadWhereUsed,
} from './heavy-modules.js';
import { pagesOf } from './pages.js';
import type { OpenVersion } from './reading.js';
import { findContent, findNamed, resolveNamed } from './resolve.js';
import type { ArtifactSummary, Bookmark, Explanation, InRepository, Resolution, WhereUsed } from './types.js';

/** The repository of whoever names none. */
export const DEFAULT_REPOSITORY = 'default';

/** The part of a store that changes nothing. */
export abstract class StoreReader {
  protected readonly context: StoreContext;

  protected constructor(context: StoreContext) {
    this.context = context;
  }

  get url(): string {
    return this.context.engine.url;
  }

  get identity(): StoreIdentity {
    return this.context.identity;
  }

  /** Whether the credentials that opened it are known to be of the store's own account. */
  get isOwn(): boolean {
    return this.context.engine.noted !== undefined;
  }

  /** The live version that a name stands for at this moment. */
  async resolve(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Resolution> {
    const { others } = this.context;
    const owner = others?.ownerOf(name);
    if (others === undefined || owner === undefined) return resolveNamed(this.context, name, repository);
    return loadElsewhere().resolveElsewhere({ ...this.context, others }, owner, name);
  }

  /** What the operations on a name work with: the store that the name's ARN is of. */
  protected async contextOf(name: string): Promise<StoreContext> {
    const owner = this.context.others?.ownerOf(name);
    return owner === undefined ? this.context : this.context.others!.context(owner);
  }

  /** Like {@link resolve}, for a condemned version as well. */
  async describe(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Version> {
    return (await findNamed(await this.contextOf(name), name, repository)).version;
  }

  /** Opens a version's bytes. The stream fails with `corrupt` at its end when they are not what the digest says. */
  async open(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<OpenVersion> {
    return loadReading().openVersion(await this.contextOf(name), name, repository);
  }

  /** Writes a version's bytes to a file, which appears only when they are complete and verified. */
  async readTo(
    name: string,
    file: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<Version> {
    return loadReading().readVersionTo(await this.contextOf(name), name, repository, file);
  }

  /** Throws `invalid-input` when {@link locate} could name no place: to be asked before anything is published. */
  checkLocatable(): Promise<void> {
    return this.context.engine.content.checkLocatable();
  }

  /**
   * Where AWS services read a version's bytes; a whole version costs one look less than its key. Throws `not-found` when they are
   * not stored any more, and `invalid-input` when the store has no such place configured.
   *
   * A version of another store, by its ARN, is located in this store's region: through its replica where it is at home elsewhere.
   *
   * For services that look at the end of a key, `ending` (`.env`) asks for one; the bytes are then stored under that key too, and
   * go when the content goes. In a bucket it may also be a slash and a file's name, for tools that make the end of the key themselves.
   *
   * With the `copy` that publishing has just answered, nobody is asked where it is.
   */
  async locate(
    key: VersionKey | VersionRecord | Version,
    { ending, copy }: { readonly ending?: string; readonly copy?: ContentCopy } = {},
  ): Promise<Location> {
    const checked = ending === undefined ? undefined : checkCopyEnding(ending);
    const { others } = this.context;
    const owner = others?.ownerOfVersion(key);
    if (others === undefined || owner === undefined)
      return loadReading().locateVersion(this.context, key, checked, copy);
    return loadElsewhere().locateElsewhere({ ...this.context, others }, owner, key, checked);
  }

  listRepositories(): Promise<readonly RepositoryRecord[]> {
    return this.context.engine.catalog.listRepositories();
  }

  /** Artifacts in order of their ID; with a prefix, those at or below it. */
  async *listArtifacts(
    options: InRepository & { readonly prefix?: string } = {},
  ): AsyncGenerator<ArtifactSummary> {
    const repository = checkRepositoryName(options.repository ?? DEFAULT_REPOSITORY);
    const prefix = options.prefix === undefined ? undefined : checkArtifactId(options.prefix);
    const { catalog } = this.context.engine;
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
    const { catalog } = this.context.engine;
    const records = pagesOf(
      (page) => catalog.listVersions(repository, id, page),
      ({ number }: VersionRecord) => number,
    );
    for await (const record of records) yield withArn(this.identity, record);
  }

  /** The live versions of a content, of whatever artifact, newest first; if wanted the condemned ones after them. */
  versionsOfContent(
    digest: string,
    { repository, condemnedToo = false }: InRepository & { readonly condemnedToo?: boolean } = {},
  ): Promise<Version[]> {
    return findContent(this.context, digest, repository ?? DEFAULT_REPOSITORY, condemnedToo);
  }

  async listBookmarks(
    id: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<Bookmark[]> {
    const records = await this.context.engine.catalog.listBookmarks(repository, checkArtifactId(id));
    return records.map((record) => bookmarkOf(this.context, record));
  }

  /** Every move, oldest first; empty when there never was such a bookmark. */
  bookmarkHistory(
    id: string,
    bookmark: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<readonly BookmarkMove[]> {
    return this.context.engine.catalog.bookmarkHistory(
      repository,
      checkArtifactId(id),
      checkBookmarkName(bookmark),
    );
  }

  /** What a consumer holds, and the revision that {@link settle} wants. */
  consumer(arn: string): Promise<ConsumerRecord> {
    return this.context.engine.catalog.getConsumer(arn);
  }

  /** ARNs of all consumers that hold a reference or pin. */
  listConsumers(): AsyncGenerator<string> {
    return pagesOf(
      (page) => this.context.engine.catalog.listConsumers(page),
      (arn: string) => arn,
    );
  }

  /** The references, pins and bookmarks of a version. */
  async usage(name: string, options: InRepository = {}): Promise<Usage> {
    const { engine } = await this.contextOf(name);
    return engine.catalog.usageOf(await this.describe(name, options));
  }

  /**
   * Who uses an artifact (any version of it), a version, a content, or came through a bookmark to any version. Throws
   * `not-found` when there is no such thing.
   */
  async whereUsed(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<WhereUsed> {
    return loadWhereUsed().whereUsed(await this.contextOf(name), name, repository);
  }

  /** Every reason why a version is kept. */
  async why(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Explanation> {
    return loadExplain().explain(await this.contextOf(name), name, repository);
  }

  /** The repository's lifecycle, with the revision that {@link setLifecycle} can compare; undefined when there never was one. */
  getLifecycle({ repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<LifecycleRecord | undefined> {
    return this.context.engine.catalog.getLifecycle(checkRepositoryName(repository));
  }

  /** The repository's resource policy, with its revision; undefined when there never was one. */
  getPolicy({ repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<PolicyRecord | undefined> {
    return this.context.engine.catalog.getPolicy(checkRepositoryName(repository));
  }

  /** The outbox in order, from after a sequence number. Whoever may only read gets events that wait for a number last, without it. */
  events({ after }: { readonly after?: number } = {}): AsyncGenerator<EventRecord | WaitingEvent> {
    return loadReadingEvents().readOutbox(this.context.engine.catalog, after);
  }
}
