import { PutObjectLockConfigurationCommand } from '@aws-sdk/client-s3';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { awsEnvironment } from './aws-environment.js';
import type { Emulator } from './emulator.js';
import { administrator } from './test-bucket.js';

const HOLDFAST = resolve(__dirname, '../../../cli/bin/holdfast.js');

/**
 * Makes the store of an emulator's account and region by the built command, as a user would. Returns the name of its bucket.
 *
 * No emulator's CloudFormation turns Object Lock on, so this does; the template's own test sees that it asks for it.
 */
export async function bootstrapStore(emulator: Emulator): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [HOLDFAST, 'bootstrap', '--json'], {
    env: { PATH: process.env['PATH'], ...awsEnvironment(emulator) },
  });
  const { bucket } = JSON.parse(stdout) as { bucket: string };
  const s3 = administrator(emulator);
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' } as const;
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
  s3.destroy();
  return bucket;
}
