import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '../../../errors.js';
import type { ContentCopy, ContentStorage, EngineOptions, ReplicaEngine } from '../../../ports/index.js';
import { ensureBootstrapped, openStacks, type StoreResources } from '../bootstrap/index.js';
import { openDynamo } from '../catalog/client.js';
import { DynamoCatalog } from '../catalog/dynamo-catalog.js';
import { openS3 } from '../content/client.js';
import { S3Content } from '../content/s3-content.js';
import { findSharedStore } from '../access/shared-store.js';
import { callerIdentity, configuredRegion } from '../identity.js';
import { parseStoreUrl } from '../store-url.js';
import { copyWithinS3, ensureHeld, PIECE_BYTES } from './copy-within-s3.js';
import { inOwnPartitions } from './own-partitions.js';
import { replicaPlaces } from './places.js';

/** The region of an `aws:` store, found without asking AWS. */
export async function awsHomeRegion(url: string, { identity }: EngineOptions): Promise<string> {
  return parseStoreUrl(url).region ?? configuredRegion(identity?.region);
}

/**
 * Opens the replicas that an `aws:` store has in a region. Asks only that region, so that it works when the home region cannot be reached; the
 * region's own stack, in whose bucket and table they lie, is made when it is not there. Another account's are opened where that shares them.
 *
 * Throws as opening the store itself does.
 */
export async function openAwsReplicas(
  url: string,
  region: string,
  options: EngineOptions,
): Promise<ReplicaEngine> {
  const homeRegion = await awsHomeRegion(url, options);
  const account = parseStoreUrl(url).account ?? options.identity?.account;
  const caller = await callerIdentity(region);
  const identity = { ...caller, account: account ?? caller.account, region: homeRegion };
  const { bucket, table } =
    identity.account === caller.account
      ? await storeIn(region)
      : await findSharedStore({ ...identity, region });
  const { prefix, partitions } = replicaPlaces(identity.account, homeRegion);
  const s3 = openS3({ region });
  const dynamo = await openDynamo({ region });
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const close = (): void => {
    dynamo.close();
    s3.close();
    rmSync(scratch, { recursive: true, force: true });
  };
  const place = { name: bucket, region, owner: identity.account, prefix, objectLock: true };
  const content = new S3Content(s3, place);
  return {
    ...{ url, identity, region, content, scratch },
    catalog: new DynamoCatalog({ api: inOwnPartitions({ ...dynamo, close }, partitions), table, identity }),
    bring: async (copy, source) => {
      const { size } = source;
      const from = await source.locate();
      const { verified } = await copyWithinS3({
        s3,
        bucket: place,
        copy,
        from,
        size,
        pieceBytes: PIECE_BYTES,
      });
      if (!verified) await verifyOrRemove(content, copy);
      await ensureHeld(s3, place, copy);
    },
  };
}

async function storeIn(region: string): Promise<StoreResources> {
  const stacks = await openStacks({ region });
  try {
    return await ensureBootstrapped(stacks);
  } finally {
    stacks.close();
  }
}

/** Reads a copy that nobody vouches for. One whose bytes are wrong is removed: nothing names it yet. */
export async function verifyOrRemove(content: ContentStorage, copy: ContentCopy): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of await content.open(copy)) hash.update(chunk as Buffer);
  const found = `sha256:${hash.digest('hex')}`;
  if (found === copy.digest) return;
  await content.delete(copy);
  throw new HoldfastError(
    'corrupt',
    `the replica of ${copy.digest} had digest ${found}, and was removed again`,
    {
      hint: 'Look whether the original is damaged, with: holdfast verify',
    },
  );
}
