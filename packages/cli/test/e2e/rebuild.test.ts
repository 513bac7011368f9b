import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { bootstrapStore } from '../../../core/test/emulators/bootstrapped.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { emptyTable } from '../../../core/test/emulators/empty-table.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
import { Workplace, type Result } from './workplace.js';

const TEMPLATE = `
Resources:
  Api:
    Type: AWS::Lambda::Function
    Properties:
      Code: ./api
      Handler: index.handler
      Runtime: nodejs22.x
      Role: arn:aws:iam::123456789012:role/any
`;

let emulator: Emulator;
let env: Readonly<Record<string, string>>;
const place = new Workplace();

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  env = { ...awsEnvironment(emulator), HOLDFAST_STORE: 'aws:' };
  await bootstrapStore(emulator);
  place.write('api/index.js', 'exports.handler = async () => 1;');
  place.write('template.yaml', TEMPLATE);
});
afterAll(async () => {
  await emulator.stop();
  place.remove();
});

const holdfast = (...args: readonly string[]): Promise<Result> => place.run(args, { env });

async function must(...args: readonly string[]): Promise<Result> {
  const result = await holdfast(...args);
  if (result.code !== 0) throw new Error(`${args.join(' ')}: ${String(result.code)} ${result.stderr}`);
  return result;
}

async function json<Document>(...args: readonly string[]): Promise<Document> {
  return JSON.parse((await must(...args, '--json')).stdout) as Document;
}

/** Makes a stack as any tool would. */
async function createStack(name: string, file: string): Promise<void> {
  const scope = `${emulator.account}/20260101/${emulator.region}/cloudformation/aws4_request`;
  const response = await fetch(emulator.endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({
      ...{ Action: 'CreateStack', Version: '2010-05-15', StackName: name },
      TemplateBody: readFileSync(file, 'utf8'),
    }),
  });
  if (!response.ok) throw new Error(await response.text());
}

test('what a stack uses cannot be deleted after the catalog was lost and rebuilt; what nothing uses can', async () => {
  const packaged = join(place.folder, 'packaged.yaml');
  const args = ['--template-file', join(place.folder, 'template.yaml'), '--output-template-file', packaged];
  await must('package', ...args, '--stack-name', 'shop', '--deployment', 'd1');
  await createStack('shop', packaged);
  await must('stack', 'settle', '--stack-name', 'shop', '--deployment', 'd1');
  const unused = join(place.folder, 'api/index.js');
  await must('publish', unused, '--id', 'unused');
  const [arn = ''] = /arn:aws:holdfast:[^\s"']+:1\b/.exec(readFileSync(packaged, 'utf8')) ?? [];
  await must('bookmark', 'set', arn, 'prod');
  const before = await json('show', arn);
  const users = await json('where-used', arn);
  expect(JSON.stringify(users)).toContain('Api.Code');

  expect(await emptyTable(emulator)).toBeGreaterThan(0);
  expect((await holdfast('show', arn)).code).not.toBe(0);
  const { stderr } = await must('rebuild');
  expect(stderr).toContain('default: 2 versions and 1 bookmarks came back, 0 versions were there');

  expect(await json('show', arn)).toMatchObject(stable(before));
  const refused = await holdfast('delete', arn, '--yes');
  expect(refused.stderr).toContain('is in use by');
  expect(refused.stderr).toContain('stack/shop/');
  await must('delete', 'unused:1', '--yes');
});

/** Without when things were seen, which a rebuild cannot know. */
function stable(document: unknown): object {
  const text = JSON.stringify(document, (key, value: unknown) =>
    ['since', 'movedAt', 'revision', 'references', 'usage', 'deployment', 'publishedAt'].includes(key)
      ? undefined
      : value,
  );
  return JSON.parse(text) as object;
}
