import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IdentifiedCode, WhatIs } from '@holdfast/cloudformation';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
import { Workplace, type Result } from './workplace.js';

let emulator: Emulator;
let env: Readonly<Record<string, string>>;
const place = new Workplace();

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  env = { ...awsEnvironment(emulator), HOLDFAST_STORE: 'aws:' };
  place.write('one/index.js', 'exports.handler = async () => 1;');
  place.write('two/index.js', 'exports.handler = async () => 2;');
  const { bucket } = await json<{ bucket: string }>('bootstrap');
  // No emulator's CloudFormation turns Object Lock on; the template's own test sees that it asks for it.
  const lock =
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>';
  await call('s3', 'PUT', `/${bucket}?object-lock`, lock);
});
afterAll(async () => {
  await emulator.stop();
  place.remove();
});

function holdfast(...args: readonly string[]): Promise<Result> {
  return place.run(args, { env });
}

async function json<Document>(...args: readonly string[]): Promise<Document> {
  const result = await holdfast(...args, '--json');
  if (result.code !== 0) throw new Error(`${args.join(' ')}: ${String(result.code)} ${result.stderr}`);
  return JSON.parse(result.stdout) as Document;
}

/** Calls a service the way that any other tool would. */
async function call(
  service: string,
  method: string,
  path: string,
  body?: string | URLSearchParams | Buffer<ArrayBuffer>,
): Promise<string> {
  const scope = `${emulator.account}/20260101/${emulator.region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const response = await fetch(`${emulator.endpoint}${path}`, {
    method,
    headers: { authorization },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function lambda(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const text = await call('lambda', method, path, body === undefined ? undefined : JSON.stringify(body));
  return JSON.parse(text) as Record<string, unknown>;
}

/** Makes a function from a zip, as its owner would without Holdfast. */
async function createFunction(FunctionName: string, zip: Buffer, more: object = {}): Promise<void> {
  await lambda('POST', '/2015-03-31/functions', {
    FunctionName,
    Role: `arn:aws:iam::${emulator.account}:role/any`,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: zip.toString('base64') },
    ...more,
  });
}

/** Publishes a folder and returns its ARN and zip. */
async function publish(folder: string, id: string): Promise<{ arn: string; zip: Buffer }> {
  const { version } = await json<{ version: { arn: string } }>('publish', folder, '--id', id);
  const file = join(place.folder, `${folder}.zip`);
  await json('get', version.arn, '-o', file);
  return { arn: version.arn, zip: readFileSync(file) };
}

interface Adopted {
  readonly adopted: readonly { readonly outcome: string; readonly version: { readonly arn: string } }[];
}

/** A zip that nobody published: an archive of nothing, told apart by its comment. */
function emptyZip(text: string): Buffer<ArrayBuffer> {
  const comment = Buffer.from(text);
  const zip = Buffer.alloc(22 + comment.length);
  zip.writeUInt32LE(0x06054b50, 0);
  zip.writeUInt16LE(comment.length, 20);
  comment.copy(zip, 22);
  return zip;
}

async function untilThere(path: string): Promise<void> {
  for (;;) {
    const there = await lambda('GET', path).then(
      () => true,
      () => false,
    );
    if (there) return;
    await new Promise((next) => setImmediate(next));
  }
}

const arnsOf = ({ versions }: IdentifiedCode): string[] => versions.map(({ version }) => version.arn);

test('a zip that was published and then deployed by another tool is known by its code', async () => {
  const { arn, zip } = await publish('one', 'pay/one');
  await createFunction('by-hand', zip, { Publish: true });
  await lambda('POST', '/2015-03-31/functions/by-hand/aliases', { Name: 'live', FunctionVersion: '1' });
  const found = await json<WhatIs>('whatis', 'by-hand');
  expect(
    found.codes.map(({ slot, aliases, ...code }) => [slot, aliases, arnsOf(code as IdentifiedCode)]),
  ).toEqual([
    ['$LATEST.Code', [], [arn]],
    ['1.Code', ['live'], [arn]],
  ]);
  const codeSha256 = createHash('sha256').update(zip).digest('base64');
  for (const what of ['by-hand:live', codeSha256]) {
    expect((await json<WhatIs>('whatis', what)).codes.map(arnsOf)).toEqual([[arn]]);
  }
  const text = await holdfast('whatis', 'by-hand');
  expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining(arn) as unknown });
  expect(text.stdout).toMatch(/published +\d{4}-\d\d-\d\d .* by /);
});

test('update-function: the function runs the version, and the version cannot be deleted', async () => {
  const old = await publish('one', 'pay/one');
  const { arn, zip } = await publish('two', 'pay/two');
  await createFunction('updated', old.zip);
  const updated = await holdfast('update-function', 'updated', '--artifact', arn);
  expect(updated).toMatchObject({ code: 0, stdout: `${arn}\n` });
  const { Configuration } = (await lambda('GET', '/2015-03-31/functions/updated')) as {
    Configuration: { CodeSha256: string };
  };
  expect(Configuration.CodeSha256).toBe(createHash('sha256').update(zip).digest('base64'));
  expect(await holdfast('delete', arn, '--yes')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('function:updated') as unknown,
  });
});

test('update-function keeps the storage mode REFERENCE', async () => {
  const one = await publish('one', 'pay/one');
  const two = await publish('two', 'pay/two');
  await createFunction('referring', one.zip);
  await json('update-function', 'referring', '--artifact', one.arn, '--storage-mode', 'reference');
  const report = await json<{ storageMode: string }>('update-function', 'referring', '--artifact', two.arn);
  expect(report.storageMode).toBe('REFERENCE');
  const [code] = (await json<WhatIs>('whatis', 'referring')).codes;
  expect(code?.resolved?.S3Key).toContain(code?.digest?.slice('sha256:'.length));
});

test('adopt: the code of a function that Holdfast has never seen', async () => {
  await publish('one', 'pay/one');
  const zip = emptyZip('adopted');
  await createFunction('found', zip);
  expect((await json<WhatIs>('whatis', 'found')).codes.map(arnsOf)).toEqual([[]]);
  const { adopted } = await json<Adopted>('adopt', 'found', '--id', 'found/code');
  expect(adopted).toMatchObject([{ outcome: 'adopted', version: { id: 'found/code', number: 1 } }]);
  const { arn } = adopted[0]!.version;
  expect((await json<WhatIs>('whatis', 'found')).codes.map(arnsOf)).toEqual([[arn]]);
  const file = join(place.folder, 'found.zip');
  await json('get', arn, '-o', file);
  expect(readFileSync(file)).toEqual(zip);
  expect(await holdfast('delete', arn, '--yes')).toMatchObject({ code: 3 });
});

test('a stack that another tool deployed: adopted, known, and its drift told', async () => {
  const { arn, zip } = await publish('two', 'pay/two');
  const other = emptyZip('of a stack');
  const where = `<LocationConstraint>${emulator.region}</LocationConstraint>`;
  const bucketOf = `<CreateBucketConfiguration>${where}</CreateBucketConfiguration>`;
  await call('s3', 'PUT', '/plain', bucketOf);
  await call('s3', 'PUT', '/plain/code/app.zip', other);
  const TemplateBody = JSON.stringify({
    Resources: {
      Api: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'pay-api',
          Role: `arn:aws:iam::${emulator.account}:role/any`,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Code: { S3Bucket: 'plain', S3Key: 'code/app.zip' },
        },
      },
    },
  });
  const parameters = { Version: '2010-05-15', Action: 'CreateStack', StackName: 'pay', TemplateBody };
  await call('cloudformation', 'POST', '/', new URLSearchParams(parameters));
  await untilThere('/2015-03-31/functions/pay-api');

  const { adopted } = await json<Adopted>('adopt', 'pay');
  expect(adopted).toMatchObject([{ outcome: 'adopted', version: { id: 'pay/Api', number: 1 } }]);
  const own = adopted[0]!.version.arn;
  for (const what of ['pay', 'pay-api']) {
    expect((await json<WhatIs>('whatis', what)).codes.map(arnsOf)).toEqual([[own]]);
  }
  const bucket = await json<Adopted>('adopt', 's3://plain/code/');
  expect(bucket.adopted).toMatchObject([{ outcome: 'adopted', version: { id: 'plain/code/app.zip' } }]);

  const updated = await holdfast('update-function', 'pay-api', '--artifact', arn);
  expect(updated).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('made this function as Api') as unknown,
  });
  expect((await json<WhatIs>('whatis', 'pay-api')).codes.map(arnsOf)).toEqual([[arn]]);
  expect(zip).not.toEqual(other);
});

test('what is not there is told', async () => {
  for (const args of [
    ['whatis', 'nobody'],
    ['adopt', 'nobody'],
    ['adopt', 's3://no-such-bucket/'],
  ]) {
    expect(await holdfast(...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no') as unknown,
    });
  }
  expect(await holdfast('update-function', 'x', '--artifact', 'y', '--storage-mode', 'z')).toMatchObject({
    code: 2,
  });
});
