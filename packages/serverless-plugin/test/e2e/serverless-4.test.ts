import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { openAccount, type TestAccount } from './support/account.js';
import { zipOf } from '../support/zip.js';

let account: TestAccount;
let folder: string;

beforeAll(async () => {
  account = await openAccount();
  folder = await mkdtemp(join(tmpdir(), 'hf-serverless-4-'));
  const installed = join(folder, 'node_modules/@holdfast/serverless-plugin');
  await mkdir(installed, { recursive: true });
  const plugin = JSON.stringify(resolve(__dirname, '../..'));
  await writeFile(join(installed, 'index.js'), `module.exports = require(${plugin});\n`);
  await mkdir(join(folder, '.serverless'));
});
afterAll(async () => {
  await account.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs what stands for Serverless 4. */
async function run(...args: string[]): Promise<string> {
  const script = resolve(__dirname, 'support/serverless-4.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'shop', 'four', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...account.env },
  });
  return stdout;
}

async function pack(text: string): Promise<void> {
  for (const name of ['one', 'two', 'model'])
    await writeFile(
      join(folder, '.serverless', `${name}.zip`),
      zipOf([{ name: 'index.js', content: `// ${name} ${text}` }]),
    );
}

test('is loaded by import, takes its steps in their order, and keeps its reference mode', async () => {
  await pack('first');
  await expect(run('deploy', 'lose-state')).rejects.toThrow('serverless-state.json');
  // Versions were published and pinned by then, and nobody would know of the pins any more.
  expect(await account.ask('describe', 'shop-four/OneLambdaFunction:1')).toMatchObject({ number: 1 });
  expect(await account.uses('arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-four')).toEqual([]);

  await pack('first');
  await run('deploy');
  const stackId = (await account.stackId('shop-four'))!;
  expect(await account.uses(stackId)).toEqual([
    'reference ModelLambdaLayer.Content shop-four/ModelLambdaLayer:1',
    'reference OneLambdaFunction.Code shop-four/OneLambdaFunction:1',
    'reference Outputs.ModelLambdaLayerS3Key.Value shop-four/ModelLambdaLayer:1',
    'reference TwoLambdaFunction.Code shop-four/TwoLambdaFunction:1',
  ]);
  const { Resources, Outputs, text } = await account.template('shop-four');
  expect(Resources['OneLambdaFunction']?.Properties.Code).toEqual({
    S3Bucket: { 'Fn::FindInMap': ['Holdfast', { Ref: 'AWS::Region' }, 'Bucket'] },
    S3Key: expect.stringMatching(/^content\/default\/sha256\//),
    S3ObjectVersion: expect.stringMatching(/./),
    S3ObjectStorageMode: 'REFERENCE',
  });
  // It would be the version of an object that is nowhere.
  expect(Object.keys(Outputs ?? {})).toEqual(['ModelLambdaLayerS3Key']);
  expect(text).not.toContain('no-deployment-bucket');

  await pack('first');
  expect(await run('deploy')).toContain('No changes to deploy');

  // It restores a function that runs from the bucket by itself; here it gets its reference.
  await run('rollback-function', 'one', '1');
  expect(await account.uses('arn:aws:lambda:eu-west-1:123456789012:function:shop-four-one')).toContain(
    'reference $LATEST.Code shop-four/OneLambdaFunction:1',
  );
});
