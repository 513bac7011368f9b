import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App,
  Aspects,
  CfnResource,
  NestedStack,
  Stack,
  Stage,
  type IReusableStackSynthesizer,
  type StackProps,
} from 'aws-cdk-lib';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CodePipeline, CodePipelineSource, ShellStep, type IFileSetProducer } from 'aws-cdk-lib/pipelines';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import {
  Artifact,
  HoldfastCode,
  HoldfastStorageMode,
  HoldfastSynthesizer,
  HoldfastTags,
} from '../../src/index.js';
import { publishAssembly, type PublishAssemblyOptions } from '../../src/publish/publish-assembly.js';
import { MemoryStores } from '../support/memory-stores.js';

// The CDK loads itself when it is first used, and each of its parts, which takes long on a busy machine.
jest.setTimeout(120_000);
// The CDK's own look at every template takes longer still.
process.env['CDK_VALIDATION'] = 'false';

let folder: string;
let stores: MemoryStores;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-unit-'));
  stores = new MemoryStores();
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.js'), `exports.handler = async () => '${name}';\n`);
  }
  writeFileSync(join(folder, 'data.json'), '{}');
});

afterEach(async () => {
  await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

function newApp(synthesizer = new HoldfastSynthesizer({ repository: 'default' })): App {
  return new App({
    outdir: join(folder, 'cdk.out'),
    analyticsReporting: false,
    // The CDK's classes and interfaces disagree under exactOptionalPropertyTypes, here and below.
    defaultStackSynthesizer: synthesizer as IReusableStackSynthesizer,
  });
}

function fn(scope: Stack, id: string, code: Code): Function {
  return new Function(scope, id, { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code });
}

class OneFunction extends Stack {
  constructor(scope: App | Stage, id: string, props?: StackProps) {
    super(scope, id, props);
    fn(this, 'Handler', Code.fromAsset(join(folder, 'one')));
  }
}

type Resource = Record<string, unknown> & {
  Type: string;
  Properties: Record<string, unknown>;
  Metadata?: unknown;
};

async function publish(app: App, options: Partial<PublishAssemblyOptions> = {}) {
  app.synth();
  const output = join(folder, 'out');
  const published = await publishAssembly({
    folder: join(folder, 'cdk.out'),
    output,
    openStore: stores.open,
    ...options,
  });
  const template = (file: string) =>
    JSON.parse(readFileSync(join(output, file), 'utf8')) as {
      Resources: Record<string, Resource>;
      Parameters?: unknown;
      Rules?: unknown;
      Metadata?: { Holdfast: { Artifacts: Record<string, { Version: string; Bookmark?: string }> } };
    };
  const only = (file: string, type: string) =>
    Object.values(template(file).Resources).find((resource) => resource.Type === type)!;
  return { published, output, template, only };
}

test('stages, environments of several accounts and regions: each stack goes to its own store', async () => {
  const app = newApp();
  const prod = new Stage(app, 'Prod');
  new OneFunction(prod, 'Orders', { env: { account: '222222222222', region: 'us-east-1' } });
  new OneFunction(app, 'Orders', { env: { account: '333333333333', region: 'eu-west-1' } });
  new OneFunction(app, 'Anywhere');
  const { published, only, output } = await publish(app);

  expect(published.stacks.map(({ path, place }) => [path, place.account, place.region])).toEqual([
    ['Prod/Orders', '222222222222', 'us-east-1'],
    ['Orders', '333333333333', 'eu-west-1'],
    ['Anywhere', '111111111111', 'eu-west-1'],
  ]);
  const [stage] = readdirSync(join(output, 'assembly-Prod')).filter((name) =>
    name.endsWith('.template.json'),
  );
  const codes = [`assembly-Prod/${stage}`, 'Orders.template.json', 'Anywhere.template.json'].map(
    (file) => (only(file, 'AWS::Lambda::Function').Properties['Code'] as { S3Bucket: unknown }).S3Bucket,
  );
  expect(codes).toEqual([
    { 'Fn::Sub': 'acme-222222222222-us-east-1' },
    { 'Fn::Sub': 'acme-333333333333-eu-west-1' },
    { 'Fn::Sub': 'acme-111111111111-eu-west-1' },
  ]);
});

test('what cannot be published keeps its placeholders and its guard, and the rest is published', async () => {
  const app = newApp();
  new OneFunction(app, 'Near');
  new OneFunction(app, 'Far', { env: { account: '222222222222', region: 'us-east-1' } });
  const failed: string[] = [];
  const { template } = await publish(app, {
    openStore: (environment) =>
      environment.account === undefined ? stores.open(environment) : Promise.reject(new Error('no way')),
    onFailure: (stacks, error) => failed.push(`${stacks.map(({ path }) => path).join()}: ${String(error)}`),
  });

  expect(failed).toEqual(['Far: Error: no way']);
  expect(template('Near.template.json').Parameters).toBeUndefined();
  expect(template('Near.template.json').Rules).toBeUndefined();
  expect(template('Far.template.json').Parameters).toHaveProperty('NotPublishedHandlerCode');
});

test('the same app gives the same assembly again, byte for byte', async () => {
  const build = () => {
    const app = newApp();
    const stack = new OneFunction(app, 'Orders');
    fn(new NestedStack(stack, 'Child'), 'Inner', Code.fromAsset(join(folder, 'two')));
    return app;
  };
  const read = (output: string) =>
    readdirSync(output)
      .filter((name) => name.endsWith('.template.json') || name === 'manifest.json')
      .map((name) => readFileSync(join(output, name), 'utf8'));
  const before = read((await publish(build())).output);
  expect(before).toHaveLength(3);
  const second = await publish(build());
  expect(read(second.output)).toEqual(before);
  expect(second.published.stacks[0]).toMatchObject({ uploaded: 0 });
});

test('a grant is confined to the artifact', async () => {
  const app = newApp();
  const stack = new Stack(app, 'Orders');
  const asset = new Asset(stack, 'Data', { path: join(folder, 'data.json') });
  asset.grantRead(new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  const { only } = await publish(app);

  const policy = JSON.stringify(
    only('Orders.template.json', 'AWS::IAM::Policy').Properties['PolicyDocument'],
  );
  expect(policy).toMatch(/:s3:::acme-111111111111-eu-west-1\/default\/sha256\/[0-9a-f]{2}\/[0-9a-f]{64}"/);
  expect(policy).not.toContain('/*');
  expect(policy.match(/acme-/g)).toHaveLength(1);
});

test('code and locations of published artifacts; a bookmark is resolved when the app is published', async () => {
  const { store } = await stores.open({});
  const { version } = await store.publish({
    id: 'api',
    source: { kind: 'bytes', bytes: Buffer.from('zip') },
  });
  await store.setBookmark('api', 'prod');
  const bookmark = 'arn:aws:holdfast:eu-west-1:111111111111:bookmark/default/api:prod';
  const app = newApp();
  const stack = new Stack(app, 'Orders');
  fn(stack, 'Handler', HoldfastCode.fromArtifactArn(stack, bookmark));
  const { location, versionArn } = Artifact.fromArn(stack, version.arn);
  new CfnResource(stack, 'Custom', {
    type: 'Custom::Thing',
    properties: { Url: location.s3Url, Object: location.objectVersion, Arn: versionArn },
  });
  const { template, only } = await publish(app);

  const handler = only('Orders.template.json', 'AWS::Lambda::Function');
  expect(handler.Properties['Code']).toMatchObject({ S3Key: expect.stringContaining('/sha256/') });
  expect(handler.Metadata).toEqual({ Holdfast: { Code: { Version: version.arn, Bookmark: bookmark } } });
  expect(only('Orders.template.json', 'Custom::Thing').Properties).toEqual({
    Url: expect.stringMatching(/^s3:\/\/acme-.*\/default\/sha256\//),
    Object: { Ref: 'AWS::NoValue' },
    Arn: version.arn,
  });
  const [list] = Object.values(template('Orders.template.json').Metadata!.Holdfast);
  expect(Object.values(list!)).toContainEqual({ Version: version.arn, Bookmark: bookmark });
});

test('an ARN that names no content is refused when the app is synthesized', () => {
  const stack = new Stack(newApp(), 'Orders');
  expect(() =>
    Artifact.fromArn(stack, 'arn:aws:holdfast:eu-west-1:111111111111:artifact/default/api'),
  ).toThrow('names no content');
});

test('tags by an Aspect, and code that runs from the bucket', async () => {
  const app = newApp(
    new HoldfastSynthesizer({ repository: 'default', storageMode: HoldfastStorageMode.REFERENCE }),
  );
  const stack = new OneFunction(app, 'Orders');
  new Bucket(stack, 'Untouched');
  fn(stack, 'Inline', Code.fromInline('exports.handler = () => 1'));
  Aspects.of(app).add(new HoldfastTags());
  const { template } = await publish(app);

  const functions = Object.entries(template('Orders.template.json').Resources).filter(
    ([, { Type }]) => Type === 'AWS::Lambda::Function',
  );
  const byName = (name: string) => functions.find(([id]) => id.startsWith(name))![1].Properties;
  expect(byName('Handler')['Code']).toMatchObject({ S3ObjectStorageMode: 'REFERENCE' });
  expect(byName('Handler')['Tags']).toEqual([
    { Key: 'holdfast:artifact', Value: expect.stringContaining(':version/default/Orders/Handler/Code:1') },
  ]);
  expect(byName('Inline')).not.toHaveProperty('Tags');
});

test('docker images keep a manifest of their own, and their folder', async () => {
  mkdirSync(join(folder, 'image'));
  writeFileSync(join(folder, 'image/Dockerfile'), 'FROM scratch\n');
  const app = newApp();
  const stack = new OneFunction(app, 'Orders');
  new DockerImageAsset(stack, 'Image', { directory: join(folder, 'image') });
  const { output } = await publish(app);

  const manifest = JSON.parse(readFileSync(join(output, 'Orders.assets.json'), 'utf8')) as {
    files: object;
    dockerImages: Record<string, { source: { directory: string } }>;
  };
  expect(manifest.files).toEqual({});
  const [image] = Object.values(manifest.dockerImages);
  expect(readFileSync(join(output, image!.source.directory, 'Dockerfile'), 'utf8')).toBe('FROM scratch\n');
});

test('CDK Pipelines: no action publishes files, and the templates of the stages are filled in after synthesis', async () => {
  const app = newApp();
  const stack = new Stack(app, 'Pipeline', { env: { account: '111111111111', region: 'eu-west-1' } });
  const source = new Bucket(stack, 'Source', { versioned: true });
  const pipeline = new CodePipeline(stack, 'Pipeline', {
    synth: new ShellStep('Synth', {
      input: CodePipelineSource.s3(source as unknown as IBucket, 'source.zip') as unknown as IFileSetProducer,
      commands: ['npx cdk synth'],
    }) as unknown as IFileSetProducer,
  });
  const stage = new Stage(app, 'Prod', { env: { account: '111111111111', region: 'eu-west-1' } });
  new OneFunction(stage, 'Orders');
  pipeline.addStage(stage);
  const { template, published } = await publish(app);

  const stages = Object.values(template('Pipeline.template.json').Resources).find(
    ({ Type }) => Type === 'AWS::CodePipeline::Pipeline',
  )!.Properties['Stages'] as { Name: string }[];
  expect(stages.map(({ Name }) => Name)).toEqual(['Source', 'Build', 'UpdatePipeline', 'Prod']);
  expect(published.stacks.map(({ path }) => path)).toContain('Prod/Orders');
});
