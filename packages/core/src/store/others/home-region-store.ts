import type { StoreIdentity } from '../../arn/index.js';
import type { Location, Version, VersionKey } from '../../model.js';
import { HoldfastError } from '../../errors.js';
import { versionArn, withArn, type StoreContext } from '../context.js';
import { locateVersion, openVersion, type OpenVersion } from '../reading.js';
import { resolveNamed } from '../resolve.js';
import { DEFAULT_REPOSITORY } from '../store-reader.js';
import type { InRepository, PinRequest, Resolution } from '../types.js';

/** What packaging for several regions needs of one of them, whether versions are at home there or have replicas. */
export interface RegionStore {
  readonly identity: StoreIdentity;
  readonly region: string;
  resolve(name: string, options?: InRepository): Promise<Resolution>;
  open(name: string, options?: InRepository): Promise<OpenVersion>;
  ensure(key: VersionKey): Promise<Version>;
  place(key: VersionKey, ending?: string): Promise<Location>;
  pin(request: PinRequest): Promise<void>;
  close(): Promise<void>;
}

/** A store in its own region, where there is nothing to replicate. Closing it leaves the context open. */
export class HomeRegionStore implements RegionStore {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  get identity(): StoreIdentity {
    return this.#context.identity;
  }

  get region(): string {
    return this.identity.region;
  }

  resolve(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<Resolution> {
    return resolveNamed(this.#context, name, repository);
  }

  open(name: string, { repository = DEFAULT_REPOSITORY }: InRepository = {}): Promise<OpenVersion> {
    return openVersion(this.#context, name, repository);
  }

  async ensure(key: VersionKey): Promise<Version> {
    const record = await this.#context.engine.catalog.getVersion(key);
    if (record?.state === 'live') return withArn(this.identity, record);
    throw new HoldfastError('not-found', `${versionArn(this.identity, key)} is not live`);
  }

  place(key: VersionKey, ending?: string): Promise<Location> {
    return locateVersion(this.#context, key, ending);
  }

  /** Pins at home are placed by whoever packages, for the stacks of all regions. */
  async pin(_request: PinRequest): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}
