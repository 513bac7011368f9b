import type { Readable } from 'node:stream';
import type { Digest } from '../arn/index.js';
import type { Location } from '../model.js';
import type { NotedVersion } from './journal.js';

/**
 * One stored copy of a content. The generation is given by the catalog, begins at 1, and is never used again once
 * its removal has begun. So a remover that was asleep can never remove a copy that was uploaded later.
 */
export interface ContentCopy {
  readonly repository: string;
  readonly digest: Digest;
  readonly generation: number;
  /** The object version that it is stored as, where the catalog knows it: then nobody has to ask for it. */
  readonly objectVersion?: string;
}

/** A way to open the bytes from their beginning, as often as needed. */
export interface ByteSource {
  /** Bytes, where known beforehand. */
  readonly size?: number;
  open(): Readable;
}

/** What is to be said, and to be known, of an upload, in a storage that can. */
export interface UploadNote {
  /** The version that the stored copy should say it was uploaded for. */
  readonly version?: NotedVersion;
  /** Called when the stored copy says so. It does not where another upload stored it. */
  readonly kept: () => void;
  /** Called with the object version that the copy is stored as, by whomever. */
  readonly storedAs: (objectVersion: string) => void;
}

/**
 * Where bytes lie. Implementations only store; digests of what is read are checked by the store.
 *
 * Every method throws `unavailable` or `access-denied` when no definite answer could be had.
 */
export interface ContentStorage {
  /** Returns the copy's size in bytes, or undefined when it is definitely not there. */
  has(copy: ContentCopy): Promise<number | undefined>;

  /**
   * Stores the bytes durably. Safe to repeat and to run twice at once; the copy is visible only when complete, and an
   * existing copy is kept, or replaced as a whole. Must read the source once per attempt, check its digest while storing, and throw `corrupt`,
   * leaving nothing visible, when the bytes are not what the digest says.
   */
  put(copy: ContentCopy, source: ByteSource, note?: UploadNote): Promise<void>;

  /**
   * Puts good bytes in the place of damaged ones, where {@link put} would keep what is there. What is not damaged stays, also a good
   * object version behind a damaged one. Returns the object version that is good, where there are any. Throws `corrupt` when the source is
   * not what the digest says; then nothing changed.
   */
  repair?(copy: ContentCopy, source: ByteSource): Promise<string | undefined>;

  /** Opens the bytes. Throws `not-found` when the copy is definitely not there. */
  open(copy: ContentCopy): Promise<Readable>;

  /** Removes the copy, under every ending; a copy that is not there is no error. */
  delete(copy: ContentCopy): Promise<void>;

  /** Every complete copy of a repository once, in no particular order. One that is left under an ending alone counts too. */
  list(repository: string): AsyncIterable<ContentCopy>;

  /**
   * Removes what interrupted uploads left behind and last touched before the given instant, wherever uploads to the repository leave it.
   * Returns how many.
   */
  removeAbandoned(before: Date, repository: string): Promise<number>;

  /** Throws `invalid-input` when {@link locate} has no place to name, whatever the copy: to be asked before work begins. */
  checkLocatable(): Promise<void>;

  /**
   * Says where AWS services read the copy. Throws `invalid-input` when the engine has no such place configured.
   *
   * With an ending (`.env`) the key ends in it. The copy is then also stored under that key, which happens here when it was not asked
   * for before; it stays one copy, is listed once, and {@link delete} removes it under all of its keys. Throws `not-found` when the copy is
   * definitely not there. An ending may also be a slash and a file's name; throws `unsupported` where keys cannot go on so.
   */
  locate(copy: ContentCopy, ending?: string): Promise<Location>;

  /**
   * Where the copy lies, or would lie, as a file on this machine, for engines that keep it so. For reading only, and
   * whoever reads it must check its digest and bear with its absence.
   */
  localPath?(copy: ContentCopy): string;
}
