import type { StoreIdentity } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { Location } from '../model.js';
import type { ContentCopy } from '../ports/index.js';

/** Where a copy lies below an embedded store's `content` folder, and in a bucket that the folder is synchronised to. */
export function contentKey({ repository, digest, generation }: ContentCopy): string {
  const hex = digest.slice('sha256:'.length);
  const suffix = generation === 1 ? '' : `.g${generation}`;
  return `${repository}/sha256/${hex.slice(0, 2)}/${hex}${suffix}`;
}

const KEY =
  /^(?<repository>[^/]+)\/sha256\/[0-9a-f]{2}\/(?<hex>[0-9a-f]{64})(\.g(?<generation>[1-9][0-9]*))?$/;

/** The inverse of {@link contentKey}; undefined for anything else. */
export function parseContentKey(key: string): ContentCopy | undefined {
  const { repository, hex, generation } = KEY.exec(key)?.groups ?? {};
  if (repository === undefined || hex === undefined) return undefined;
  return { repository, digest: `sha256:${hex}`, generation: Number(generation ?? 1) };
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

  of(copy: ContentCopy): Location {
    return { region: this.#identity.region, bucket: requireBucket(this.#bucket), key: contentKey(copy) };
  }
}
