import type { StoreIdentity } from '../arn/index.js';
import type { AccessControl } from './access-control.js';
import type { Catalog } from './catalog.js';
import type { ContentStorage } from './content-storage.js';
import type { EventBus } from './event-bus.js';
import type { Journal } from './journal.js';
import type { NotedStores } from './noted-stores.js';
import type { Buckets } from './own-buckets.js';
import type { Shares } from './shares.js';

/** What a store URL opens: one catalog and one content storage that belong together. */
export interface Engine {
  readonly url: string;
  readonly identity: StoreIdentity;
  readonly catalog: Catalog;
  readonly content: ContentStorage;
  /** A folder on this machine for files that live as long as one publish, on the content's own file system where it has one. */
  readonly scratch: string;
  /** Absent where nobody could subscribe to one. */
  readonly bus?: EventBus;
  /** Absent where the catalog lies beside the contents and is kept with them. */
  readonly journal?: Journal;
  /** Absent where the storage has no resource policies of its own. */
  readonly access?: AccessControl;
  /** Absent where nothing can be shared beyond that. */
  readonly shares?: Shares;
  /** Absent where repositories have no buckets of their own. */
  readonly buckets?: Buckets;
  /** Absent where ARNs of other stores lead nowhere, and in a store that belongs to somebody else. */
  readonly noted?: NotedStores;
}

export interface EngineOptions {
  readonly identity?: Partial<StoreIdentity>;
  /** The bucket that AWS services read the embedded store's content from, for engines that have none of their own. */
  readonly bucket?: string;
  /** Opens only what is there: throws `not-found` instead of making the store. */
  readonly existing?: boolean;
}
