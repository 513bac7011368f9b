import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HoldfastError } from '@holdfast/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CloudFormationTemplate,
  FunctionObject,
  LayerObject,
  Serverless,
} from '../../src/host/types.js';
import { namedBy, placeNamedArtifacts } from '../../src/packing/named-artifacts.js';
import { resolveBookmarks, writeCodeDigests } from '../../src/template/named-in-template.js';
import { zipOf } from '../support/zip.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-named-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const PLACE = 'arn:aws:holdfast:eu-west-1:111111111111';
const VERSION = `${PLACE}:version/payments/api:1`;
const BOOKMARK = `${PLACE}:bookmark/payments/api:prod`;

interface Described {
  readonly artifact?: string;
  readonly functions: Record<string, FunctionObject>;
  readonly layers?: Record<string, LayerObject>;
}

function hostOf({ artifact, functions, layers = {} }: Described): Serverless {
  const service = {
    package: artifact === undefined ? {} : { artifact },
    getAllFunctions: () => Object.keys(functions),
    getFunction: (name: string) => functions[name]!,
    getAllLayers: () => Object.keys(layers),
    getLayer: (name: string) => layers[name]!,
  };
  return { service, serviceDir: folder } as unknown as Serverless;
}

test('each function and layer with an ARN gets a file that stands for it; others stay as they are', async () => {
  const functions: Record<string, FunctionObject> = {
    own: { name: 'own', package: { artifact: VERSION } },
    file: { name: 'file', package: { artifact: 'built/file.zip' } },
    packed: { name: 'packed', package: { individually: true } },
    shared: { name: 'shared' },
    image: { name: 'image', image: 'repository:tag' },
  };
  const layers: Record<string, LayerObject> = { model: { package: { artifact: BOOKMARK } }, built: {} };
  const host = hostOf({ artifact: BOOKMARK, functions, layers });
  await placeNamedArtifacts(host);
  const named = (object: { package?: { artifact?: string } } | undefined): string | undefined =>
    object?.package?.artifact?.startsWith(folder) === true ? namedBy(object.package.artifact) : undefined;
  expect([named(functions['own']), named(functions['shared']), named(layers['model'])]).toEqual([
    VERSION,
    BOOKMARK,
    BOOKMARK,
  ]);
  expect(functions['file']).toEqual({ name: 'file', package: { artifact: 'built/file.zip' } });
  expect(functions['packed']).toEqual({ name: 'packed', package: { individually: true } });
  expect(functions['image']).toEqual({ name: 'image', image: 'repository:tag' });
  expect(layers['built']).toEqual({});
  expect(host.service.package.artifact).toBeUndefined();
});

test('a malformed ARN is an error that names it', async () => {
  const functions = { own: { name: 'own', package: { artifact: `${PLACE}:versions/payments/api:1` } } };
  await expect(placeNamedArtifacts(hostOf({ functions }))).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('versions/payments/api:1') as unknown,
  });
});

test('a zip stands for nothing, and neither does what is not there', async () => {
  const zip = join(folder, 'small.zip');
  await writeFile(zip, zipOf([{ name: 'a.js', content: VERSION, stored: true }]));
  expect(namedBy(zip)).toBeUndefined();
  expect(namedBy(join(folder, 'gone.zip'))).toBeUndefined();
});

const template = (Code: unknown): CloudFormationTemplate => ({
  Resources: {
    ListLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: { Code, Description: 'List' } },
    ListLambdaVersionAbc: {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: { Ref: 'ListLambdaFunction' }, CodeSha256: 'of the file' },
    },
    Own: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'ListLambdaFunction' } } },
  },
});

test('bookmarks are looked up, each once, and nothing is opened where there are none', async () => {
  const never = (): Promise<never> => Promise.reject(new Error('opened'));
  expect(await resolveBookmarks(template(VERSION), never)).toEqual({});
  const asked: string[] = [];
  const store = {
    resolve: (arn: string) => {
      asked.push(arn);
      return arn === BOOKMARK
        ? Promise.resolve({ version: { arn: VERSION } })
        : Promise.reject(new HoldfastError('not-found', 'no such bookmark'));
    },
  };
  const named = template(BOOKMARK);
  named['Description'] = `${PLACE}:bookmark/payments/gone:prod`;
  named.Resources['Other'] = { Properties: { Code: { 'Fn::Artifact': { Path: BOOKMARK, As: 'key' } } } };
  expect(await resolveBookmarks(named, async () => store as never)).toEqual({
    [BOOKMARK]: VERSION,
    [`${PLACE}:bookmark/payments/gone:prod`]: expect.any(String),
  });
  expect(asked).toHaveLength(2);
});

test('a published version of a function has the digest of the code that an ARN names', () => {
  const deployed = template({ S3Bucket: 'b', S3Key: 'k' });
  writeCodeDigests(deployed, [{ slot: 'ListLambdaFunction.Code', digest: `sha256:${'0f'.repeat(32)}` }]);
  expect(deployed.Resources['ListLambdaVersionAbc']?.Properties?.['CodeSha256']).toBe(
    Buffer.alloc(32, 0x0f).toString('base64'),
  );
  expect(deployed.Resources['Own']?.Properties).not.toHaveProperty('CodeSha256');
});
