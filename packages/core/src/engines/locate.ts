import { checkCopyEnding, isKeyName, quote, type StoreIdentity } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { Location } from '../model.js';
import type { ContentCopy } from '../ports/index.js';

/**
 * Where a copy lies below an embedded store's `content` folder, and in a bucket that the folder is synchronised to. With an ending, where
 * it lies for services that look at the end of a key.
 */
export function contentKey({ repository, digest, generation }: ContentCopy, ending = ''): string {
  const hex = digest.slice('sha256:'.length);
  const suffix = generation === 1 ? '' : `.g${generation}`;
  return `${repository}/sha256/${hex.slice(0, 2)}/${hex}${suffix}${ending && checkCopyEnding(ending)}`;
}

const KEY =
  /^(?<repository>[^/]+)\/sha256\/[0-9a-f]{2}\/(?<hex>[0-9a-f]{64})(\.g(?<generation>[1-9][0-9]*))?(?<ending>(\.[A-Za-z0-9][A-Za-z0-9_-]*)*|\/[A-Za-z0-9_.-]+)$/;

/** The copy that a key is of, whatever its ending: the inverse of {@link contentKey}; undefined for anything else. */
export function parseContentKey(key: string): ContentCopy | undefined {
  const { repository, hex, generation } = KEY.exec(key)?.groups ?? {};
  if (repository === undefined || hex === undefined) return undefined;
  return { repository, digest: `sha256:${hex}`, generation: Number(generation ?? 1) };
}

/** Hands every copy out once, however many keys it has. For keys in the order of their digests. */
export class DistinctCopies {
  #digest = '';
  readonly #generations = new Set<number>();

  /** The copy that the key is of, unless an earlier key was. */
  next(copy: ContentCopy): ContentCopy | undefined {
    if (copy.digest !== this.#digest) this.#generations.clear();
    this.#digest = copy.digest;
    if (this.#generations.has(copy.generation)) return undefined;
    this.#generations.add(copy.generation);
    return copy;
  }
}

/** The bucket that the user named for an embedded store. Throws `invalid-input` without one. */
function requireBucket(bucket: string | undefined): string {
  if (bucket === undefined) {
    throw new HoldfastError(
      'invalid-input',
      'the embedded store has no bucket that AWS services could read its content from',
      {
        hint: 'Name the bucket that you copy the store\'s content folder to: --bucket <name>, or "bucket:" in holdfast.yaml.',
      },
    );
  }
  return bucket;
}

/** How an embedded store says where AWS services read its copies. */
export class EmbeddedLocations {
  readonly #identity: StoreIdentity;
  readonly #bucket: string | undefined;

  constructor(identity: StoreIdentity, bucket: string | undefined) {
    this.#identity = identity;
    this.#bucket = bucket;
  }

  check(): void {
    requireBucket(this.#bucket);
  }

  of(copy: ContentCopy, ending?: string): Location {
    const bucket = requireBucket(this.#bucket);
    if (ending !== undefined && isKeyName(ending)) {
      throw new HoldfastError(
        'unsupported',
        `an embedded store has no keys that go on with ${quote(ending)}`,
        {
          hint: 'Use a store in AWS.',
        },
      );
    }
    return { region: this.#identity.region, bucket, key: contentKey(copy, ending) };
  }
}
