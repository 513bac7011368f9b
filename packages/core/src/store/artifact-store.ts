import { checkRepositoryName } from '../arn/index.js';
import type { LifecycleRecord, Version, VersionKey } from '../model.js';
import type { BucketPolicy, PolicyRecord, Shares } from '../ports/index.js';
import { deleteBookmark, setBookmark } from './bookmarks.js';
import { bindPins, pinVersions, settleConsumer } from './consumers.js';
import { openContext } from './context.js';
import type { CopyOptions, CopyReport } from './copy.js';
import { deleteVersion, undeleteVersion } from './deletion.js';
import type { LookAhead } from './look-ahead.js';
import {
  loadRebuild,
  loadRebuildGuard,
  loadCopy,
  loadElsewhere,
  loadGc,
  loadLifecycles,
  loadNoted,
  loadPolicies,
  loadPublish,
  loadRelay,
  loadReplicate,
  loadVerify,
} from './heavy-modules.js';
import type { PlanPolicyOptions, PolicyPlan } from './policies.js';
import type { RelayReport } from './relay.js';
import type { RebuildReport } from './rebuild/rebuild.js';
import {
  bucketPolicy,
  createRepository,
  deleteRepository,
  type BucketPolicyOptions,
  type CreateRepositoryOptions,
  type CreateRepositoryReport,
} from './repositories.js';
import type { RememberReport } from './replicas/remember-replicas.js';
import type { ReplicaStore } from './replicas/replica-store.js';
import type { ReplicaReport } from './replicas/replicate.js';
import type { RegionStore } from './others/home-region-store.js';
import type { OtherStore } from './others/noted.js';
import { DEFAULT_REPOSITORY, StoreReader } from './store-reader.js';
import type {
  Bookmark,
  DeleteReport,
  GcReport,
  InRepository,
  PinRequest,
  PublishInput,
  PublishResult,
  RepairSource,
  SettleReport,
  SettleRequest,
  StoreOptions,
  VerifyReport,
} from './types.js';

/**
 * The artifact repository of one account and region.
 *
 * Every rule is here, over an engine that only stores. Wherever a method takes a name, that is an ARN of the store or a short
 * form: `id` (its latest live version), `id:3`, `id:bookmark`, `sha256:…`. Every method throws {@link HoldfastError}:
 * `invalid-input` for a malformed value, `not-found` for a definite absence, `unavailable` or `access-denied` without an answer.
 */
export class ArtifactStore extends StoreReader {
  /** Opens a store by its URL, such as `file:<folder>`. An embedded store is made when it does not exist. */
  static async open(url: string, options: StoreOptions = {}): Promise<ArtifactStore> {
    return new ArtifactStore(await openContext(url, options));
  }

  /**
   * Stores a content and makes it a version of the artifact, unless the artifact has it already.
   *
   * Content that the repository has is not moved again. Throws `not-found` when only a digest was given and the content is not
   * there, and `conflict` when the source changed while it was read.
   */
  publish(input: PublishInput): Promise<PublishResult> {
    return loadPublish().publish(this.context, input);
  }

  /** Publishes many with few requests, in their order. When it throws, some may be published; repeating it is safe. */
  publishAll(inputs: readonly PublishInput[], ahead?: LookAhead): Promise<PublishResult[]> {
    return loadPublish().publishAll(this.context, inputs, ahead);
  }

  /**
   * Creates a repository; with a bucket, one whose contents lie in that bucket of the user's own. The bucket is looked at first, and the
   * report says what it lacks.
   *
   * Throws `conflict` when the repository exists, `invalid-input` for a bucket that would lose contents or make them public, with the
   * shortfalls in `data.shortfalls`, and `unsupported` where repositories have no buckets.
   */
  createRepository(name: string, options: CreateRepositoryOptions = {}): Promise<CreateRepositoryReport> {
    return createRepository(this.context, name, options);
  }

  /**
   * What the policy of the repository's bucket should say, or with `apply` says from now on: who may read by reference, and for a
   * user's own bucket that keys are written once and, without Object Lock, that nobody but the sweep deletes.
   */
  bucketPolicy(repository: string, options: BucketPolicyOptions = {}): Promise<BucketPolicy> {
    return bucketPolicy(this.context, repository, options);
  }

  /** Throws `not-found`, `invalid-input` for `default`, and `in-use` while anything is left in it. */
  deleteRepository(name: string): Promise<void> {
    return deleteRepository(this.context, name);
  }

  /**
   * Moves a bookmark of the named version's artifact to that version. With `expected` (a number, or null for "must not exist")
   * it throws `conflict` when the bookmark stands elsewhere.
   */
  async setBookmark(
    name: string,
    bookmark: string,
    { repository = DEFAULT_REPOSITORY, expected }: InRepository & { readonly expected?: number | null } = {},
  ): Promise<Bookmark> {
    return setBookmark(await this.contextOf(name), name, bookmark, repository, expected);
  }

  /** Throws `not-found` when the bookmark does not exist. Its history stays. */
  deleteBookmark(
    id: string,
    bookmark: string,
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<void> {
    return deleteBookmark(this.context, id, bookmark, repository);
  }

  /** Pins versions for a deployment, all or none; those of other stores, by their ARNs, there. `not-found` names those that are not live. */
  async pin(request: PinRequest): Promise<void> {
    const { others } = this.context;
    const own = others === undefined || !request.pins.some(({ version }) => others.ownerOfVersion(version));
    if (own) return pinVersions(this.context, request);
    return loadElsewhere().pinEverywhere({ ...this.context, others }, request);
  }

  /** Moves a deployment's pins from a stack without ID to the one with. Safe to repeat. */
  async bindPins(from: string, deployment: string, to: string): Promise<void> {
    await bindPins(this.context, from, deployment, to);
    await this.context.others?.bindPins(from, deployment, to);
  }

  /** The stores of other accounts and regions that may hold something for stacks of this one, each to be opened, and closed, by itself. */
  otherStores(): Promise<readonly OtherStore[]> {
    return loadNoted().otherStores(this.context, (url, options) => ArtifactStore.open(url, options));
  }

  /** Notes the stores of versions, by their ARNs, for {@link otherStores}; this one is left out. */
  noteStores(versions: Iterable<string>): Promise<void> {
    return loadNoted().noteStores(this.context, versions);
  }

  /** What is at hand of a version in a region: the store that it is of where that is its home, else its replicas there. Close it by itself. */
  regionOf(version: VersionKey, region: string): Promise<RegionStore> {
    return loadNoted().regionOf(this.context, version, region);
  }

  /**
   * Makes a consumer's references what the evidence says. New ones are added before old ones go.
   *
   * Throws `conflict` when someone settled the consumer since its revision was read: gather the evidence again. Throws
   * `not-found` when the evidence names versions that are gone; then nothing changes.
   */
  settle(request: SettleRequest): Promise<SettleReport> {
    return settleConsumer(this.context, request);
  }

  /**
   * Condemns a version; it can be restored until its recovery window ends. Throws `in-use`, with the users in
   * `data.usage`, while a reference, a pin or a bookmark keeps it.
   */
  async delete(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<DeleteReport> {
    return deleteVersion(await this.contextOf(name), name, repository);
  }

  /** Makes a condemned version live again; a live one stays as it is. Throws `not-found` after its window. */
  async undelete(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Version> {
    return undeleteVersion(await this.contextOf(name), name, repository);
  }

  /**
   * Says what {@link gc} lets expire; undefined takes the lifecycle away. With `expected` (a revision, 0 for "never was one") it
   * throws `conflict` when somebody changed it since. What the lifecycle may be is told by `checkLifecycle`'s errors.
   */
  setLifecycle(
    lifecycle: unknown,
    { repository = DEFAULT_REPOSITORY, expected }: InRepository & { readonly expected?: number } = {},
  ): Promise<LifecycleRecord> {
    return loadLifecycles().setLifecycle(this.context, lifecycle, checkRepositoryName(repository), expected);
  }

  /**
   * What a resource policy, or none, would change; nothing is changed yet. Throws `invalid-input` naming the statement that cannot stand.
   */
  planPolicy(
    policy: unknown,
    { repository = DEFAULT_REPOSITORY, expected, regions }: PlanPolicyOptions = {},
  ): Promise<PolicyPlan> {
    const checked = checkRepositoryName(repository);
    return loadPolicies().planPolicy(this.context, policy, checked, expected, regions);
  }

  /** Access Grants shared through AWS Resource Access Manager. Throws `unsupported` for a store that has none. */
  get shares(): Shares {
    return loadPolicies().sharesOf(this.context);
  }

  /** Carries out what {@link planPolicy} said. Throws `conflict` when something changed since. */
  applyPolicy(plan: PolicyPlan): Promise<PolicyRecord> {
    return loadPolicies().applyPolicy(this.context, plan);
  }

  /**
   * Condemns what the lifecycle lets expire, and removes for good what was condemned and whose window has ended, with a reason
   * for everything kept, condemned and removed.
   */
  gc({
    repository = DEFAULT_REPOSITORY,
    dryRun = false,
  }: InRepository & { readonly dryRun?: boolean } = {}): Promise<GcReport> {
    return loadGc().collectGarbage(this.context, checkRepositoryName(repository), dryRun);
  }

  /** Reads every content of a repository and compares it with its digest; damaged ones are restored from `repairFrom`. */
  verify({
    repository = DEFAULT_REPOSITORY,
    repairFrom,
  }: InRepository & { readonly repairFrom?: RepairSource } = {}): Promise<VerifyReport> {
    return loadVerify().verifyRepository(this.context, checkRepositoryName(repository), repairFrom);
  }

  /**
   * Copies the live versions and the bookmarks of another store, with all that versions carry; bytes are verified on the way.
   *
   * Versions keep their numbers as far as those are not taken in the target; the report says which do not. What is there already is not moved again, so a copy that broke off is repeated. Throws
   * `corrupt` for content that is damaged in the source, which is not copied.
   */
  copyFrom(source: ArtifactStore, options: CopyOptions = {}): Promise<CopyReport> {
    return loadCopy().copyStore(source.context, this.context, options);
  }

  /**
   * Brings back versions and bookmarks that the catalog lost, from what was noted beside the contents: of one repository, or of all in the
   * store's own place. What the catalog has stays as it is; safe to repeat.
   *
   * What came back cannot be deleted until {@link endRebuild}: references are to be found first, where stacks are. Throws `unsupported`
   * for a store without a journal.
   */
  rebuild({ repository }: InRepository = {}): Promise<RebuildReport> {
    return loadRebuild().rebuildCatalog(this.context, repository);
  }

  /** Says that all references are registered again, so that what a rebuild brought back can be deleted as everything else. Returns of how many artifacts. */
  endRebuild({ repository }: InRepository = {}): Promise<number> {
    return loadRebuildGuard().releaseRebuilt(this.context, repository);
  }

  /**
   * Sends the outbox to the store's event bus: at least once, and each artifact's events in their order. Throws `unsupported`
   * for a store without a bus, and `unavailable` when the bus takes no more: then what is left waits for the next call.
   */
  relayEvents(): Promise<RelayReport> {
    return loadRelay().relayEvents(this.context.engine);
  }

  /** The store as another region sees it, whose replicas are made from this store when they are first needed. Close it by itself. */
  inRegion(region: string): Promise<ReplicaStore> {
    return loadReplicate().replicaStoreOf(this.context, region);
  }

  /** Makes the version's replicas in regions that lack one; ahead of a deployment, since any first use makes them too. */
  async replicate(
    name: string,
    regions: readonly string[],
    { repository = DEFAULT_REPOSITORY }: InRepository = {},
  ): Promise<{ readonly version: Version; readonly replicas: readonly ReplicaReport[] }> {
    return loadReplicate().replicate(await this.contextOf(name), name, repository, regions);
  }

  /**
   * Remembers the replicas of a region that the catalog does not know of, once that was lost and rebuilt: until then they do not keep their
   * versions from being deleted.
   */
  rememberReplicas(region: string): Promise<RememberReport> {
    return loadReplicate().rememberIn(this.context, region);
  }

  /** The regions in which the store has replicas, or is getting some. */
  replicaRegions(): Promise<string[]> {
    return loadReplicate().regionsWithReplicas(this.context);
  }

  async close(): Promise<void> {
    await this.context.others?.close();
    await this.context.replicas?.close();
    await this.context.engine.catalog.close();
  }
}
