import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openStore, type ArtifactStore } from '@holdfast/core';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  packageTemplate,
  planTemplate,
  readReferences,
  registerStack,
  removeStack,
} from '../../../src/index.js';

describe('packaging a template', () => {
  let folder: string;
  let store: ArtifactStore;

  const write = (files: Record<string, string>): void => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  };
  const template = (name = 'template.yaml'): string => join(folder, name);
  const fn = (name: string, path: string): string =>
    `  ${name}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: ${path}\n`;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
    store = await openStore(`memory:${folder}`, {
      bucket: 'artifacts',
      identity: { region: 'eu-west-1', account: '123456789012' },
    });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  test('asks the store once for all artifacts, and once more for those that share a directory', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `F${i}`);
    const shared = { 'common/index.js': 'shared' };
    const own = Object.fromEntries(names.map((name) => [`${name}/index.js`, name]));
    const resources = [
      ...names.map((name) => fn(name, `./${name}`)),
      fn('A', './common'),
      fn('B', './common'),
    ];
    write({ ...shared, ...own, 'template.yaml': `Resources:\n${resources.join('')}` });
    const batches: string[][] = [];
    const counted = Object.create(store) as ArtifactStore;
    Object.defineProperties(counted, { identity: { value: store.identity } });
    Object.assign(counted, {
      publishAll: (inputs: Parameters<ArtifactStore['publishAll']>[0]) => {
        batches.push(inputs.map(({ source }) => source.kind));
        return store.publishAll(inputs);
      },
    });
    const { artifacts } = await packageTemplate({ store: counted, file: template(), stackName: 'shop' });
    expect(batches).toEqual([Array(13).fill('path'), ['digest']]);
    expect(artifacts.map(({ version }) => version.id)).toEqual(
      [...names, 'A', 'B'].map((name) => `shop/${name}`),
    );
    const [a, b] = artifacts.slice(-2);
    expect(b!.version).toMatchObject({ digest: a!.version.digest, mediaType: 'application/zip' });
    expect(new Set(artifacts.map(({ version }) => version.digest)).size).toBe(13);
  });

  test('publishes, pins, registers and lets go', async () => {
    write({ 'src/index.js': '1', 'template.yaml': `Resources:\n${fn('F', './src')}` });
    const { text, consumer, deployment } = await packageTemplate({
      store,
      file: template(),
      stackName: 'shop',
    });
    expect(consumer).toBe('arn:aws:cloudformation:eu-west-1:123456789012:stack/shop');
    expect((await store.consumer(consumer)).references).toMatchObject([
      { kind: 'pin', slot: 'F.CodeUri', deployment },
    ]);

    await registerStack({ store, stackName: 'shop', text });
    expect((await store.consumer(consumer)).references).toMatchObject([
      { kind: 'reference', slot: 'F.CodeUri' },
    ]);
    await expect(store.delete('shop/F:1')).rejects.toMatchObject({ code: 'in-use' });

    await removeStack({ store, stackName: 'shop' });
    expect((await store.consumer(consumer)).references).toEqual([]);
  });

  test('gives an unchanged folder the same version, and a template that is packaged already back as it is', async () => {
    write({ 'src/index.js': '1', 'template.yaml': `Resources:\n${fn('F', './src')}` });
    const first = await packageTemplate({ store, file: template(), stackName: 'shop' });
    const second = await packageTemplate({ store, file: template(), stackName: 'shop' });
    expect(second.text).toBe(first.text);
    expect(second.artifacts).toMatchObject([{ outcome: 'existing', uploaded: false }]);

    write({ 'packaged.yaml': first.text });
    const third = await packageTemplate({ store, file: template('packaged.yaml'), stackName: 'other' });
    expect(third.text).toBe(first.text);
    expect((await store.consumer(third.consumer)).references).toMatchObject([
      { kind: 'pin', slot: 'F.CodeUri' },
    ]);
  });

  test('packs a folder that two functions share once, under an ID for each', async () => {
    write({ 'src/index.js': '1', 'template.yaml': `Resources:\n${fn('A', './src')}${fn('B', 'src/')}` });
    const { artifacts } = await packageTemplate({ store, file: template(), stackName: 'shop' });
    expect(artifacts.map(({ version }) => version.id)).toEqual(['shop/A', 'shop/B']);
    expect(artifacts.map(({ uploaded }) => uploaded)).toEqual([true, false]);
    expect(new Set(artifacts.map(({ version }) => version.digest)).size).toBe(1);
  });

  test('zips a single file for a function, and leaves an archive and a definition as they are', async () => {
    const zip = 'PK\x05\x06' + '\0'.repeat(18);
    write({
      'one.js': '1',
      'app.jar': zip,
      'flow.json': '{}',
      'template.yaml':
        `Resources:\n${fn('One', './one.js')}${fn('Jar', './app.jar')}` +
        '  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: flow.json}\n',
    });
    await packageTemplate({ store, file: template(), stackName: 'shop' });
    const read = async (id: string): Promise<string> => {
      await store.readTo(id, join(folder, 'out'));
      return readFileSync(join(folder, 'out'), 'latin1');
    };
    const zipped = await read('shop/One');
    expect(zipped.slice(0, 4)).toBe('PK\x03\x04');
    expect(zipped).toContain('one.js');
    expect(await read('shop/Jar')).toBe(zip);
    expect(await read('shop/Flow')).toBe('{}');
  });

  test('resolves a bookmark now, and says so in the stamp', async () => {
    const { version } = await store.publish({
      id: 'lib/base',
      source: { kind: 'bytes', bytes: Buffer.from('x') },
    });
    await store.setBookmark('lib/base:1', 'prod');
    const bookmark = version.arn.replace(':version/', ':bookmark/').replace(/:1$/, ':prod');
    write({ 'template.yaml': `Resources:\n${fn('F', bookmark)}` });
    const { text, consumer } = await packageTemplate({ store, file: template(), stackName: 'shop' });
    expect(readReferences(text, { file: 't' })).toEqual([
      { slot: 'F.CodeUri', version: version.arn, bookmark },
    ]);
    expect((await store.consumer(consumer)).references).toMatchObject([{ bookmark: 'prod' }]);
  });

  test('packages nested templates first, and keeps what they use for the same stack', async () => {
    const nested = (path: string): string =>
      `Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ${path}}\n`;
    write({
      'template.yaml': nested('./a/middle.yaml'),
      'a/middle.yaml': nested('../leaf.yaml'),
      'leaf.yaml': `Resources:\n${fn('F', './src')}`,
      'src/index.js': '1',
    });
    const { text, consumer } = await packageTemplate({ store, file: template(), stackName: 'shop' });
    const slots = ['Child.TemplateURL', 'Child/Child.TemplateURL', 'Child/Child/F.CodeUri'];
    expect((await store.consumer(consumer)).references.map(({ slot }) => slot).sort()).toEqual(slots);
    expect(
      readReferences(text, { file: 't' })
        .map(({ slot }) => slot)
        .sort(),
    ).toEqual(slots);
    await store.readTo('shop/Child/Child', join(folder, 'out'));
    expect(readFileSync(join(folder, 'out'), 'utf8')).toContain('CodeUri: {Bucket: !FindInMap');
  });

  test('keeps what both sides of an Fn::If around a nested template use, each under an ID and a slot of its own', async () => {
    write({
      'template.yaml':
        'Conditions: {Big: !Equals [a, b]}\nResources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n' +
        '    Properties:\n      TemplateURL: !If [Big, big.yaml, small.yaml]\n',
      'big.yaml': `Resources:\n${fn('F', './big')}`,
      'small.yaml': `Resources:\n${fn('F', './small')}`,
      'big/index.js': 'big',
      'small/index.js': 'small',
    });
    const { text, consumer } = await packageTemplate({ store, file: template(), stackName: 'shop' });
    const { references } = await store.consumer(consumer);
    const uses = references.map(({ slot, version }) => `${slot} ${version.id}`).sort();
    expect(uses).toEqual([
      'Child.TemplateURL.Fn::If.1 shop/Child/then',
      'Child.TemplateURL.Fn::If.2 shop/Child/else',
      'Child/F.CodeUri (Fn::If.1) shop/Child/then/F',
      'Child/F.CodeUri (Fn::If.2) shop/Child/else/F',
    ]);
    expect(readReferences(text, { file: 't' })).toHaveLength(4);
  });

  test('keeps what a template names that is deployed as it is: a nested one by its ARN, that of a stack set', async () => {
    write({ 'src/index.js': '1', 'child.yaml': `Resources:\n${fn('F', './src')}` });
    const child = await packageTemplate({ store, file: template('child.yaml'), stackName: 'child' });
    const { version } = await store.publish({
      id: 'templates/child',
      source: { kind: 'bytes', bytes: Buffer.from(child.text) },
    });
    const plain = await store.publish({
      id: 'templates/plain',
      source: { kind: 'bytes', bytes: Buffer.from('Resources:\n  T: {Type: AWS::SNS::Topic}\n') },
    });
    const foreign = child.text.replaceAll(':123456789012:version', ':999999999999:version');
    const url = (name: string, type: string, path: string): string =>
      `  ${name}:\n    Type: ${type}\n    Properties:\n      TemplateURL: ${path}\n`;
    write({
      'packaged.yaml': child.text,
      'foreign.yaml': foreign,
      'template.yaml':
        `Resources:\n${url('Child', 'AWS::CloudFormation::Stack', version.arn)}` +
        url('Plain', 'AWS::CloudFormation::Stack', plain.version.arn) +
        url('Set', 'AWS::CloudFormation::StackSet', 'packaged.yaml') +
        url('Other', 'AWS::CloudFormation::StackSet', 'foreign.yaml'),
    });
    const { text, consumer } = await packageTemplate({ store, file: template(), stackName: 'shop' });
    const slots = (await store.consumer(consumer)).references.map(({ slot }) => slot).sort();
    expect(slots).toEqual([
      'Child.TemplateURL',
      'Child/F.CodeUri',
      'Other.TemplateURL',
      'Plain.TemplateURL',
      'Set.TemplateURL',
      'Set/F.CodeUri',
    ]);
    await registerStack({ store, stackName: 'shop', text });
    await removeStack({ store, stackName: 'child' });
    await expect(store.delete('child/F:1')).rejects.toMatchObject({ code: 'in-use' });

    await removeStack({ store, stackName: 'shop' });
    await store.delete('child/F:1');
    // What it names is gone: a deployment of it would fail, or run what nothing keeps.
    await expect(packageTemplate({ store, file: template(), stackName: 'shop' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('child/F:1') as unknown,
    });
  });

  test('writes a row for each region, with its own bucket and object version', async () => {
    write({ 'src/index.js': '1', 'template.yaml': `Resources:\n${fn('F', './src')}` });
    const { text } = await packageTemplate({
      store,
      file: template(),
      stackName: 'shop',
      regions: ['eu-west-1', 'us-east-1'],
      locate: async (version, region) => ({
        ...(await store.locate(version)),
        region,
        bucket: `artifacts-${region}`,
      }),
    });
    expect(text).toMatch(
      /eu-west-1:\n {6}Bucket: artifacts\n {4}us-east-1:\n {6}Bucket: artifacts-us-east-1\n/,
    );
    await expect(
      packageTemplate({ store, file: template(), stackName: 'shop', regions: ['us-east-1'] }),
    ).rejects.toMatchObject({ code: 'unsupported' });
    write({ 'src/index.js': 'never published' });
    const failed = { store, file: template(), stackName: 'shop' };
    await expect(packageTemplate({ ...failed, regions: ['us-east-1'] })).rejects.toThrow(
      'not in "us-east-1"',
    );
    await expect(packageTemplate({ ...failed, regions: ['mars'] })).rejects.toThrow('"mars"');
    await expect(store.resolve('shop/F:2')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('publishes nothing into a store that AWS cannot read from, unless no location is wanted', async () => {
    const unplaced = await openStore(`memory:${folder}-unplaced`);
    write({
      'src/index.js': '1',
      'template.yaml': `Resources:\n${fn('F', './src')}`,
      'named.yaml':
        'Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Artifact {Path: ./src, As: digest}\n',
    });
    const options = { store: unplaced, stackName: 'shop' };
    await expect(packageTemplate({ ...options, file: template() })).rejects.toMatchObject({
      code: 'invalid-input',
      hint: expect.stringContaining('--bucket') as unknown,
    });
    const artifacts = await Array.fromAsync(unplaced.listArtifacts());
    expect(artifacts).toEqual([]);
    const { text } = await packageTemplate({ ...options, file: template('named.yaml') });
    expect(text).toMatch(/TopicName: "?sha256:[0-9a-f]{64}"?\n/);
    await unplaced.close();
  });

  test('reports everything that is wrong in all templates at once, and publishes nothing', async () => {
    write({
      'src/index.js': '1',
      'template.yaml':
        `Resources:\n${fn('Good', './src')}${fn('Gone', './nowhere')}` +
        '  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: src}\n' +
        '  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n' +
        '  Self:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ./template.yaml}\n',
      'child.yaml': 'Resources:\n  L: {Type: AWS::Lambda::LayerVersion, Properties: {}}\n',
    });
    const failure = packageTemplate({ store, file: template(), stackName: 'shop' });
    await expect(failure).rejects.toMatchObject({ code: 'invalid-input' });
    const { message } = (await failure.then(
      () => undefined,
      (error: unknown) => error,
    )) as Error;
    expect(message).toContain(`${template()}:9:16: Gone.CodeUri: there is nothing at "./nowhere"`);
    expect(message).toContain('Flow.DefinitionUri: "src" is a folder, and a file is wanted');
    expect(message).toContain(`${template('child.yaml')}:2:3: L.Content: the property is missing`);
    expect(message).toContain('Self.TemplateURL: "./template.yaml" is the template itself');
    await expect(store.resolve('shop/Good')).rejects.toMatchObject({ code: 'not-found' });
    await expect(planTemplate({ file: template(), stackName: 'shop' })).rejects.toMatchObject({ message });
  });

  test('writes a location that "sam delete" would delete only when asked to', async () => {
    write({
      'schema.graphql': 'x',
      'template.yaml':
        'Resources:\n  Api:\n    Type: AWS::Serverless::GraphQLApi\n    Properties: {SchemaUri: schema.graphql}\n',
    });
    const options = { store, file: template(), stackName: 'shop' };
    await expect(packageTemplate(options)).rejects.toThrow('sam delete');
    const { text } = await packageTemplate({ ...options, literalLocations: true });
    expect(text).toContain('SchemaUri: "s3://artifacts/default/sha256/');
  });
});
