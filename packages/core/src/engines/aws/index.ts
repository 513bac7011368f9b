import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quote, type StoreIdentity } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';
import type { Engine, EngineOptions } from '../../ports/index.js';
import { ensureBootstrapped, openStacks, type StoreResources } from './bootstrap/index.js';
import { openDynamo } from './catalog/client.js';
import { DynamoCatalog } from './catalog/dynamo-catalog.js';
import { openS3 } from './content/client.js';
import { S3Content } from './content/s3-content.js';
import { TableClient } from './catalog/table-client.js';
import { openEvents } from './events/client.js';
import { EventBridgeBus } from './events/event-bridge-bus.js';
import { SentMark } from './events/sent-mark.js';
import { callerIdentity } from './identity.js';
import { parseStoreUrl } from './store-url.js';

/**
 * Opens `aws:`, the store of the caller's account and region, or `aws://<account>/<region>`; makes it when it is not there.
 *
 * Credentials, region, endpoints, retries and proxies come from the SDK's own configuration, and from nowhere else. Throws
 * `access-denied` when the credentials belong to another account than the URL names, and `invalid-input` for a bucket: it has its own.
 */
export async function openAwsEngine(url: string, options: EngineOptions): Promise<Engine> {
  if (options.bucket !== undefined) {
    throw new HoldfastError(
      'invalid-input',
      `bucket ${quote(options.bucket)} cannot be taken: an aws: store has its own`,
      {
        hint: 'Leave --bucket, or "bucket:" in holdfast.yaml, to embedded stores.',
      },
    );
  }
  const wanted = { ...options.identity, ...parseStoreUrl(url) };
  const identity = await callerIdentity(wanted.region);
  if (wanted.account !== undefined && wanted.account !== identity.account) {
    throw new HoldfastError(
      'access-denied',
      `the AWS credentials belong to account ${identity.account}, and the store is ${wanted.account}'s`,
      { hint: 'Choose a profile of that account, with AWS_PROFILE.' },
    );
  }
  return joinParts(url, identity, await storeOf(identity));
}

async function storeOf({ region }: StoreIdentity): Promise<StoreResources> {
  const stacks = await openStacks({ region });
  try {
    return await ensureBootstrapped(stacks);
  } finally {
    stacks.close();
  }
}

async function joinParts(
  url: string,
  identity: StoreIdentity,
  { bucket, table, eventBus }: StoreResources,
): Promise<Engine> {
  const { region, account } = identity;
  const [s3, dynamo] = await Promise.all([openS3({ region }), openDynamo({ region })]);
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-'));
  const close = (): void => {
    dynamo.close();
    s3.close();
    rmSync(scratch, { recursive: true, force: true });
  };
  return {
    url,
    identity,
    catalog: new DynamoCatalog({ api: { ...dynamo, close }, table, identity }),
    content: new S3Content(s3, { name: bucket, region, owner: account, prefix: '', objectLock: true }),
    scratch,
    bus: new EventBridgeBus(
      () => openEvents({ region }),
      eventBus,
      new SentMark(new TableClient(dynamo, table)),
    ),
  };
}
