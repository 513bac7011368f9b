import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HoldfastError, isHoldfastError } from '@holdfast/core';
import { exec, type ExecOptions } from '../../src/deploy/exec.js';
import { readRecord } from '../../src/deploy/record.js';
import type { StoreOpener } from '../../src/publish/stores.js';
import { MemoryStores } from '../support/memory-stores.js';

let folder: string;
let stores: MemoryStores;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-exec-'));
  stores = new MemoryStores();
  // The app of the tests writes what Python's CDK wrote.
  const assembly = resolve(__dirname, '../fixtures/python-assembly/cdk.out');
  writeFileSync(
    join(folder, 'app.js'),
    `require('node:fs').cpSync(${JSON.stringify(assembly)}, process.env.CDK_OUTDIR, { recursive: true });\n`,
  );
});
afterEach(async () => {
  await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(options: Partial<ExecOptions> & { readonly env: Record<string, string> }) {
  const failures: unknown[] = [];
  const opened: unknown[] = [];
  const openStore: StoreOpener = (environment) => {
    opened.push(environment);
    return (options.openStore ?? stores.open)(environment);
  };
  const code = await exec({
    command: [process.execPath, join(folder, 'app.js')],
    cwd: folder,
    publish: {},
    onFailure: (_, error) => failures.push(error),
    onPublished: () => undefined,
    ...options,
    openStore,
    env: { CDK_OUTDIR: join(folder, 'cdk.out'), ...options.env },
  });
  return { code, failures, opened };
}

const AT_HOME = { CDK_DEFAULT_ACCOUNT: '222222222222', CDK_DEFAULT_REGION: 'us-east-1' };

test('stacks without an environment are published where the CDK deploys them', async () => {
  withoutEnvironment();
  const record = join(folder, 'record.json');
  const env = { ...AT_HOME, HOLDFAST_CDK_RECORD: record };
  const { code, opened } = await run({ env });
  expect({ code, opened }).toEqual({ code: 0, opened: [{ account: '222222222222', region: 'us-east-1' }] });
  expect(readRecord(record).map(({ environment }) => environment)).toContainEqual({
    account: '222222222222',
    region: 'us-east-1',
  });
  expect(readFileSync(join(folder, 'cdk.out/Orders.template.json'), 'utf8')).toContain(
    'arn:aws:holdfast:us-east-1:222222222222:version/default/Orders/',
  );
});

const denied: StoreOpener = () =>
  Promise.reject(new HoldfastError('access-denied', 'account 222222222222 shares no store'));

test("credentials that are not the CDK's are told, with what to do; the app's command goes on", async () => {
  withoutEnvironment();
  const { code, failures } = await run({ env: AT_HOME, openStore: denied });
  expect(code).toBe(0);
  const [failure] = failures;
  expect(isHoldfastError(failure) && failure.hint).toContain('AWS_PROFILE');
  expect(readFileSync(join(folder, 'cdk.out/Orders.template.json'), 'utf8')).toContain('NotPublished');
});

test('under holdfast-cdk deploy, what cannot be published ends the command', async () => {
  const env = { HOLDFAST_CDK_DEPLOYMENT: 'one' };
  await expect(run({ env, openStore: denied })).rejects.toThrow('shares no store');
});

test('an app that fails is not published, and its exit code is the result', async () => {
  writeFileSync(join(folder, 'app.js'), 'process.exit(7);\n');
  expect(await run({ env: {} })).toEqual({ code: 7, failures: [], opened: [] });
});

/** The assembly of the fixture, with stacks that only their deployment gives a place. */
function withoutEnvironment(): void {
  const own = join(folder, 'assembly');
  cpSync(resolve(__dirname, '../fixtures/python-assembly/cdk.out'), own, { recursive: true });
  const file = join(own, 'manifest.json');
  const text = readFileSync(file, 'utf8').replaceAll(
    /"environment": "aws:[^"]*"/g,
    '"environment": "aws://unknown-account/unknown-region"',
  );
  writeFileSync(file, text);
  writeFileSync(
    join(folder, 'app.js'),
    `require('node:fs').cpSync(${JSON.stringify(own)}, process.env.CDK_OUTDIR, { recursive: true });\n`,
  );
}
