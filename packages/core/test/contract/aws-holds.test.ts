import { DeleteObjectCommand, GetObjectLegalHoldCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { devNull } from 'node:os';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import type { S3Api } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import type { ContentCopy } from '../../src/ports/index.js';
import { pythonOfTests, startEmulator, type Emulator } from '../emulators/emulator.js';
import { administrator, makeBucket, openTestS3 } from '../emulators/test-bucket.js';
import { watchS3 } from '../emulators/watched-s3.js';

const bytes = Buffer.from('what a stack uses');
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;
const copy: ContentCopy = { repository: 'default', digest, generation: 1 };
const source = { open: () => Readable.from([bytes]) };

let emulator: Emulator;
let s3: S3Api;
let admin: S3Client;
let bucket: ContentBucket;

beforeAll(async () => {
  emulator = await startEmulator('moto');
  s3 = await openTestS3(emulator);
  admin = administrator(emulator);
});
beforeEach(async () => {
  bucket = await makeBucket(emulator);
});
afterAll(async () => {
  s3.close();
  admin.destroy();
  await emulator.stop();
});

test('a stored copy is held from its upload on: the upload itself says so', async () => {
  const watched = watchS3(s3);
  const content = new S3Content(watched.s3, bucket);
  await content.put(copy, source);
  expect(watched.requests.map(({ call }) => call)).toEqual(['put']);
  const { key, objectVersion } = await content.locate(copy);
  const { LegalHold } = await admin.send(
    new GetObjectLegalHoldCommand({ Bucket: bucket.name, Key: key, VersionId: objectVersion }),
  );
  expect(LegalHold?.Status).toBe('ON');
});

test('an administrator cannot delete a stored copy, with the SDK', async () => {
  const content = new S3Content(s3, bucket);
  await content.put(copy, source);
  const { key, objectVersion } = await content.locate(copy);
  const request = new DeleteObjectCommand({ Bucket: bucket.name, Key: key, VersionId: objectVersion });
  await expect(admin.send(request)).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(await content.has(copy)).toBe(bytes.length);
});

test("an administrator cannot delete a stored copy, with AWS's Python client, nor hide it from Holdfast", async () => {
  const content = new S3Content(s3, bucket);
  await content.put(copy, source);
  const place = await content.locate(copy);
  const program = `
import boto3, sys
endpoint, bucket, key, version = sys.argv[1:]
s3 = boto3.client('s3', endpoint_url=endpoint, region_name='eu-west-1', aws_access_key_id='admin', aws_secret_access_key='admin')
try:
    s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
    print('deleted')
except s3.exceptions.ClientError as error:
    print(error.response['Error']['Code'])
print(s3.delete_object(Bucket=bucket, Key=key)['DeleteMarker'])
`;
  const args = [emulator.endpoint, bucket.name, place.key, place.objectVersion!];
  const { stdout } = await promisify(execFile)(pythonOfTests(), ['-c', program, ...args]);
  expect(stdout.split('\n').slice(0, 2)).toEqual(['AccessDenied', 'True']);
  expect(await content.has(copy)).toBe(bytes.length);
  expect(await content.locate(copy)).toEqual(place);
});

test('an administrator cannot delete a stored copy with the AWS CLI, whatever it is asked for', async () => {
  const content = new S3Content(s3, bucket);
  await content.put(copy, source);
  const place = await content.locate(copy);
  const object = ['--bucket', bucket.name, '--key', place.key, '--version-id', place.objectVersion!];
  const deleting = ['s3api', 'delete-object', ...object];
  for (const words of [deleting, [...deleting, '--bypass-governance-retention']]) {
    const { code, stderr } = await awsCli(words);
    expect([code, stderr]).toEqual([255, expect.stringMatching(/\(AccessDenied\).* DeleteObject /)]);
  }
  // It hides the key, which is no matter to who reads the version, and goes no further.
  expect(await awsCli(['s3', 'rm', `s3://${bucket.name}/`, '--recursive'])).toMatchObject({ code: 0 });
  const removal = await awsCli(['s3', 'rb', `s3://${bucket.name}`]);
  expect([removal.code, removal.stderr]).toEqual([1, expect.stringContaining('BucketNotEmpty')]);
  expect(await content.has(copy)).toBe(bytes.length);
  expect(await content.locate(copy)).toEqual(place);
});

/** The real command, with an administrator's keys. */
async function awsCli(words: readonly string[]): Promise<{ code: number; stderr: string }> {
  const program = ['-m', 'awscli', ...words, '--endpoint-url', emulator.endpoint];
  const env = {
    ...{ PATH: process.env['PATH'], AWS_REGION: emulator.region, AWS_DEFAULT_REGION: emulator.region },
    ...{ AWS_ACCESS_KEY_ID: 'admin', AWS_SECRET_ACCESS_KEY: 'admin', AWS_CONFIG_FILE: devNull },
  };
  try {
    const { stderr } = await promisify(execFile)(pythonOfTests('.venv-aws'), program, { env });
    return { code: 0, stderr };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, stderr };
  }
}

test('the sweep lifts the hold of the very version that it removes', async () => {
  const content = new S3Content(s3, bucket);
  const other = { ...copy, generation: 2 };
  await content.put(copy, source);
  await content.put(other, source);
  await content.delete(copy);
  expect(await content.has(copy)).toBeUndefined();
  const { key, objectVersion } = await content.locate(other);
  const request = new DeleteObjectCommand({ Bucket: bucket.name, Key: key, VersionId: objectVersion });
  await expect(admin.send(request)).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a sweep that was killed between lifting and deleting is finished by the next', async () => {
  const content = new S3Content(s3, bucket);
  await content.put(copy, source);
  const killed = watchS3(s3, (call) => (call === 'delete' ? 'before' : 'none'));
  await expect(new S3Content(killed.s3, bucket).delete(copy)).rejects.toMatchObject({ code: 'unavailable' });
  expect(await content.has(copy)).toBe(bytes.length);
  await content.delete(copy);
  expect(await content.has(copy)).toBeUndefined();
});

test('a bucket without Object Lock gets no hold, and copies can be removed all the same', async () => {
  const plain = await makeBucket(emulator, { objectLock: false });
  const watched = watchS3(s3);
  const content = new S3Content(watched.s3, plain);
  await content.put(copy, source);
  await content.delete(copy);
  expect(await content.has(copy)).toBeUndefined();
  expect(watched.requests.filter(({ call }) => call === 'putLegalHold')).toEqual([]);
});
