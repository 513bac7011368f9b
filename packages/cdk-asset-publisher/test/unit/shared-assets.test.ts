import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App,
  CfnResource,
  DefaultStackSynthesizer,
  Stack,
  Stage,
  type IReusableStackSynthesizer,
} from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { isHoldfastError } from '@holdfast/core';
import { Artifact, HoldfastSynthesizer } from '../../src/index.js';
import { publishAssembly } from '../../src/publish/publish-assembly.js';
import { MemoryStores } from '../support/memory-stores.js';

// The CDK loads itself when it is first used, which takes long on a busy machine.
jest.setTimeout(120_000);
// The CDK's own look at every template takes longer still.
process.env['CDK_VALIDATION'] = 'false';

let folder: string;
let stores: MemoryStores;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-shared-'));
  stores = new MemoryStores();
  writeFileSync(join(folder, 'data.json'), '{}');
});

afterEach(async () => {
  await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

const SYNTHESIZERS = {
  holdfast: () => new HoldfastSynthesizer() as IReusableStackSynthesizer,
  stock: () => new DefaultStackSynthesizer() as IReusableStackSynthesizer,
};

function newApp(synthesizer: keyof typeof SYNTHESIZERS): App {
  return new App({
    outdir: join(folder, 'cdk.out'),
    analyticsReporting: false,
    defaultStackSynthesizer: SYNTHESIZERS[synthesizer](),
  });
}

function owner(scope: App | Stage): Stack {
  const stack = new Stack(scope, 'Owner');
  uses(stack, { Size: '1' });
  return stack;
}

function uses(stack: Stack, values: Record<string, string>): void {
  new CfnResource(stack, 'Thing', { type: 'Custom::Thing', properties: values });
}

async function publish(app: App) {
  app.synth();
  const output = join(folder, 'out');
  const { stacks } = await publishAssembly({
    folder: join(folder, 'cdk.out'),
    output,
    openStore: stores.open,
  });
  const read = (file: string) => readFileSync(join(output, file), 'utf8');
  return { artifacts: new Map(stacks.map(({ path, artifacts }) => [path, artifacts])), read };
}

test.each(['holdfast', 'stock'] as const)(
  'a stack that names an asset of another one has it, too: %s synthesizer',
  async (synthesizer) => {
    const app = newApp(synthesizer);
    const { s3BucketName: Bucket, s3ObjectKey: Key } = new Asset(owner(app), 'Data', {
      path: join(folder, 'data.json'),
    });
    uses(new Stack(app, 'User'), { Bucket, Key });
    const { artifacts, read } = await publish(app);

    expect(artifacts.get('User')).toContainEqual({
      slot: 'Thing.Key',
      version: expect.stringContaining(':version/default/User/Data:1'),
    });
    const text = read('User.template.json');
    expect(text).toMatch(/"Key": "default\/sha256\//);
    expect(text).not.toMatch(/unpublished-|hnb659fds/);
  },
);

test('an asset of another stage is found from the folder of its own', async () => {
  const app = newApp('holdfast');
  const { s3ObjectKey: Key } = new Asset(owner(new Stage(app, 'Prod')), 'Data', {
    path: join(folder, 'data.json'),
  });
  uses(new Stack(app, 'User'), { Key });
  const { artifacts } = await publish(app);
  expect(artifacts.get('User')!.map(({ slot }) => slot)).toContain('Thing.Key');
});

test('an artifact that was named in another stack is resolved for each stack that uses it', async () => {
  const { store } = await stores.open({});
  const source = { kind: 'bytes', bytes: Buffer.from('zip') } as const;
  const { version } = await store.publish({ id: 'model', source });
  const app = newApp('holdfast');
  const { location } = Artifact.fromArn(owner(app), version.arn);
  uses(new Stack(app, 'User'), { Url: location.s3Url });
  const { artifacts, read } = await publish(app);
  expect(artifacts.get('User')).toContainEqual({ slot: 'Thing.Url', version: version.arn });
  expect(read('User.template.json')).not.toContain('Holdfast:Use');
});

test('what no stack of the app names is refused, with its place', async () => {
  const app = newApp('holdfast');
  uses(new Stack(app, 'User'), { Key: `unpublished-key-${'1'.repeat(32)}` });
  const error: unknown = await publish(app).catch((refused: unknown) => refused);
  expect(isHoldfastError(error) && error.message).toContain('stack "User" uses in Thing.Key');
});

test('a stack without assets cannot be deployed unpublished either', async () => {
  const app = newApp('holdfast');
  uses(new Stack(app, 'Plain'), { Size: '1' });
  app.synth();
  const template = readFileSync(join(folder, 'cdk.out/Plain.template.json'), 'utf8');
  expect(Object.keys((JSON.parse(template) as { Parameters: object }).Parameters)).toEqual([
    'NotPublishedTemplate',
  ]);
  // Two characters fewer than any bucket's name has: nobody can put a template there.
  expect(readFileSync(join(folder, 'cdk.out/manifest.json'), 'utf8')).toContain('"s3://-/');
  const { read } = await publish(app);
  expect(read('Plain.template.json')).not.toContain('NotPublished');
});
