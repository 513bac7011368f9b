import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quote, type StoreIdentity } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';
import type { OwnBucket } from '../../model.js';
import type { Engine, EngineOptions } from '../../ports/index.js';
import { AwsAccess } from './access/access-control.js';
import { openPolicyApi } from './access/client.js';
import { grantingKeys } from './access/granting-keys.js';
import { openKeyApi } from './access/key-client.js';
import { notedStores } from './access/noted-stores.js';
import { policyRegions } from './access/policy-regions.js';
import { writePlace } from './access/place-item.js';
import type { StoreResources } from './bootstrap/index.js';
import { openDynamo } from './catalog/client.js';
import { DynamoCatalog } from './catalog/dynamo-catalog.js';
import type { ContentBucket } from './content/bucket.js';
import { openS3 } from './content/client.js';
import { RoutedContent } from './content/routed-content.js';
import { S3Content } from './content/s3-content.js';
import { S3Journal } from './content/s3-journal.js';
import { TableClient } from './catalog/table-client.js';
import { openEvents } from './events/client.js';
import { EventBridgeBus } from './events/event-bridge-bus.js';
import { SentMark } from './events/sent-mark.js';
import { findExistingStore, findWantedStore } from './find-store.js';
import { AwsBuckets } from './own-bucket/buckets.js';
import { openBucketApi } from './own-bucket/gather-facts.js';
import { openShareClients } from './share/client.js';
import { madeShares } from './share/made-shares.js';
import { AwsShares } from './share/shares.js';
import { parseStoreUrl } from './store-url.js';

/**
 * Opens `aws:`, the store of the caller's account and region, or `aws://<account>/<region>`; makes it when it is not there.
 *
 * Credentials, region, endpoints, retries and proxies come from the SDK's own configuration, and from nowhere else. Throws
 * `access-denied` when the URL names another account that shares nothing with the caller, and `invalid-input` for a bucket: it has its own.
 */
export async function openAwsEngine(url: string, options: EngineOptions): Promise<Engine> {
  if (options.bucket !== undefined) {
    throw new HoldfastError(
      'invalid-input',
      `bucket ${quote(options.bucket)} cannot be taken: an aws: store has its own`,
      {
        hint: 'Leave "bucket:" in holdfast.yaml to embedded stores. A repository can lie in a bucket of yours: holdfast repository create <name> --bucket <bucket>',
      },
    );
  }
  const wanted = { ...options.identity, ...parseStoreUrl(url), existing: options.existing === true };
  const { identity, resources, shared } = await findWantedStore(wanted);
  const engine = await joinParts(url, identity, resources);
  if (!shared) return engine;
  // What another account has noted of further stores is not the caller's business.
  const { noted: _, ...others } = engine;
  return others;
}

/** Writes down in a region's own table where its store lies. */
async function announceIn(region: string, { table, ...place }: StoreResources): Promise<void> {
  const dynamo = await openDynamo({ region });
  try {
    await writePlace(new TableClient(dynamo, table), place);
  } finally {
    dynamo.close();
  }
}

async function joinParts(
  url: string,
  identity: StoreIdentity,
  { bucket, table, eventBus }: StoreResources,
): Promise<Engine> {
  const { region, account } = identity;
  const s3 = openS3({ region });
  const dynamo = await openDynamo({ region });
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const close = (): void => {
    dynamo.close();
    s3.close();
    rmSync(scratch, { recursive: true, force: true });
  };
  const catalog = new DynamoCatalog({ api: { ...dynamo, close }, table, identity });
  const bucketAt = (place: OwnBucket): ContentBucket => ({ ...place, region, owner: account });
  const home = bucketAt({ name: bucket, prefix: '', objectLock: true });
  const homeContent = new S3Content(s3, home);
  return {
    url,
    identity,
    catalog,
    content: new RoutedContent(homeContent, async (repository) => {
      const place = await catalog.placeOf(repository);
      const content = typeof place === 'object' ? new S3Content(s3, bucketAt(place)) : homeContent;
      return { content, final: place !== undefined };
    }),
    journal: new S3Journal(s3, home, async (repository) => {
      const place = await catalog.placeOf(repository);
      return typeof place === 'object' ? bucketAt(place) : home;
    }),
    scratch,
    bus: new EventBridgeBus(
      () => openEvents({ region }),
      eventBus,
      new SentMark(new TableClient(dynamo, table)),
    ),
    access: new AwsAccess({
      ...{ identity, home: { bucket, table, eventBus } },
      placeOf: (repository) => catalog.placeOf(repository),
      regions: policyRegions(new TableClient(dynamo, table)),
      storeIn: (other) => findExistingStore({ ...identity, region: other }),
      announce: announceIn,
      open: (other) => openPolicyApi(other, account),
      keys: { keys: grantingKeys(new TableClient(dynamo, table)), open: () => openKeyApi(region) },
    }),
    shares: new AwsShares({
      ...{ identity, bucket },
      made: madeShares(new TableClient(dynamo, table)),
      placeOf: (repository) => catalog.placeOf(repository),
      open: () => openShareClients(region),
    }),
    noted: notedStores(new TableClient(dynamo, table)),
    buckets: new AwsBuckets({ identity, home: bucket, catalog, open: () => openBucketApi({ region }) }),
  };
}
