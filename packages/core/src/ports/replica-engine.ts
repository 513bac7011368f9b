import type { Location } from '../model.js';
import type { ByteSource, ContentCopy } from './content-storage.js';
import type { Engine } from './engine.js';

/** A content of the home region, as a replica is made from it. */
export interface ReplicaSource {
  /** Bytes. */
  readonly size: number;
  /** Where the home region has it; throws as {@link ContentStorage.locate} does. */
  locate(): Promise<Location>;
  readonly bytes: ByteSource;
}

/**
 * Where the replicas of one store lie in one other region: a catalog and a content storage of their own there, apart from whatever
 * store that region has itself. The identity is the home store's, since ARNs are.
 */
export interface ReplicaEngine extends Engine {
  /** The region that it serves; the identity's is the home region. */
  readonly region: string;

  /**
   * Brings a content over, within the cloud where the engine can. Safe to repeat and to run many times at once: one copy is left. The copy's
   * digest is verified before this returns; throws `corrupt`, leaving nothing, when the bytes are not what the digest says.
   */
  bring(copy: ContentCopy, source: ReplicaSource): Promise<void>;
}
