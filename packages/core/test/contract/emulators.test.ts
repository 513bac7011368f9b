import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { startEmulator } from '../emulators/emulator.js';
import { startRecordingProxy } from '../emulators/recording-proxy.js';
import { clientConfig } from '../emulators/test-bucket.js';

const workspace = resolve(__dirname, '../../../..');

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(30_000) }).then(
    () => true,
    () => false,
  );
}

/** Waits until nothing listens any more; the test's own time limit bounds it. */
async function untilSilent(endpoint: string): Promise<void> {
  while (await answers(endpoint)) await new Promise((next) => setImmediate(next));
}

describe.each(['ministack', 'moto'] as const)('%s', (name) => {
  test('answers on a port of its own, and is gone once stopped', async () => {
    const [one, two] = await Promise.all([startEmulator(name), startEmulator(name)]);
    expect(one.endpoint).not.toBe(two.endpoint);
    await one.stop();
    await one.stop();
    expect(await answers(one.endpoint)).toBe(false);
    expect(await answers(two.endpoint)).toBe(true);
    await two.stop();
  });
});

test('an emulator goes when the process that started it is killed', async () => {
  const child = spawn(
    process.execPath,
    [
      '--require',
      resolve(workspace, 'test/typescript-hook.cjs'),
      resolve(__dirname, '../emulators/keep-until-killed.ts'),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const endpoint = line.trim();
  expect(await answers(endpoint)).toBe(true);
  child.kill('SIGKILL');
  await untilSilent(endpoint);
  expect(await answers(endpoint)).toBe(false);
});

test('a recording proxy passes everything on, and says who asked for what', async () => {
  const emulator = await startEmulator('ministack');
  const proxy = await startRecordingProxy(emulator);
  const config = clientConfig(proxy.emulator);
  const s3 = new S3Client(config);
  const stacks = new CloudFormationClient(config);
  const bytes = Buffer.alloc(300_000, 7);
  await s3.send(new CreateBucketCommand({ Bucket: 'recorded' }));
  await s3.send(new PutObjectCommand({ Bucket: 'recorded', Key: 'a key', Body: bytes }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'recorded', Key: 'a key' }));
  expect(Buffer.from(await Body!.transformToByteArray()).equals(bytes)).toBe(true);
  await stacks.send(new DescribeStacksCommand({}));
  expect(proxy.calls.map(({ service, action, status }) => ({ service, action, status }))).toEqual([
    { service: 's3', action: 'PUT', status: 200 },
    { service: 's3', action: 'PUT', status: 200 },
    { service: 's3', action: 'GET', status: 200 },
    { service: 'cloudformation', action: 'DescribeStacks', status: 200 },
  ]);
  expect(proxy.calls[0]?.userAgent).toContain('aws-sdk-js');
  s3.destroy();
  stacks.destroy();
  await proxy.stop();
  expect(await answers(proxy.emulator.endpoint)).toBe(false);
  await emulator.stop();
});
