import { ListBucketsCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBootstrapped, openStacks } from '../../../src/engines/aws/bootstrap/index.js';
import { openEngine } from '../../../src/engines/open.js';
import type { Engine } from '../../../src/ports/index.js';
import type { OpenedEngine } from '../../../src/testing/index.js';
import { awsEnvironment } from '../../emulators/aws-environment.js';
import { startEmulator, type Emulator } from '../../emulators/emulator.js';

/** One emulator with as many empty accounts as are asked for; this process is a user of the last one. */
export interface AwsAccounts {
  /** Makes this process a user of an account that has no store yet. Clients that were used before stay in theirs. */
  enterNew(): Emulator;
  /** The URL `aws:` opened twice, on a store that two first users made at once. */
  openTwice(): Promise<OpenedEngine>;
  close(): Promise<void>;
}

export async function startAccounts(): Promise<AwsAccounts> {
  const before = { ...process.env };
  const emulator = await startEmulator('ministack');
  let accounts = 0;
  const enterNew = (): Emulator => {
    accounts += 1;
    // ministack takes an access key of twelve digits for the number of its account.
    const account = String(100_000_000_000 + accounts);
    const entered = { ...emulator, account, credentials: { accessKeyId: account, secretAccessKey: 'test' } };
    Object.assign(process.env, awsEnvironment(entered));
    return entered;
  };
  return {
    enterNew,
    openTwice: async () => {
      const entered = enterNew();
      await Promise.all([makeStore(), makeStore()]);
      const handles: readonly [Engine, Engine] = await Promise.all([openEngine('aws:'), openEngine('aws:')]);
      await lockBucket(entered);
      return {
        handles,
        close: async () => {
          await Promise.all(handles.map(({ catalog }) => catalog.close()));
        },
      };
    },
    close: async () => {
      process.env = before;
      await emulator.stop();
    },
  };
}

/** As opening the URL does, with shorter waits: the emulator's stack is complete at once. */
async function makeStore(): Promise<void> {
  const stacks = await openStacks();
  try {
    await ensureBootstrapped(stacks, { pause: () => sleep(5) });
  } finally {
    stacks.close();
  }
}

/** No emulator's CloudFormation turns Object Lock on; the template's own test sees that it asks for it. */
export async function lockBucket({ endpoint, region, credentials }: Emulator): Promise<void> {
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  if (Buckets.length !== 1) throw new Error(`two first users made ${Buckets.length} buckets`);
  await s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket: Buckets[0]!.Name!,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
    }),
  );
  s3.destroy();
}
