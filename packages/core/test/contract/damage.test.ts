import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openStore, type ArtifactStore, type RepairSource, type Version } from '../../src/index.js';
import { material, sourceOf } from '../../src/testing/material.js';
import { contentFile, damage } from './support/content-files.js';
import { temporaryFolder } from './support/temporary-folder.js';

const root = temporaryFolder('damage');
const good = Buffer.from('the bytes that were published '.repeat(20_000));
let folder: string;
let store: ArtifactStore;
let version: Version;
let opened = 0;

beforeEach(async () => {
  folder = join(root, `store-${(opened += 1)}`);
  store = await openStore(`file:${folder}`);
  ({ version } = await store.publish({ id: 'app', source: { kind: 'bytes', bytes: good } }));
});
afterAll(() => rmSync(root, { recursive: true }));

const DAMAGES: readonly (readonly [string, (bytes: Buffer) => Buffer | undefined])[] = [
  ['one bit flipped', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])],
  ['the end cut off', (bytes) => bytes.subarray(0, -1)],
  ['nothing left', () => Buffer.alloc(0)],
  ['a byte too many', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
  ['the file gone', () => undefined],
];

describe.each(DAMAGES)('a content with %s', (name, change) => {
  const problem = name === 'the file gone' ? 'missing' : 'corrupt';

  beforeEach(() => damage(folder, version.digest, change));

  test('is corrupt for who reads it, and leaves no file', async () => {
    const reading = store.open(version.arn).then(({ stream }) => stream.toArray());
    await expect(reading).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(version.digest),
    });
    const out = join(folder, 'out');
    mkdirSync(out);
    await expect(store.readTo(version.arn, join(out, 'app.zip'))).rejects.toMatchObject({ code: 'corrupt' });
    expect(readdirSync(out)).toEqual([]);
  });

  test('does not replace a file that is there', async () => {
    const file = join(folder, 'app.zip');
    writeFileSync(file, 'the file of before');
    await expect(store.readTo(version.arn, file)).rejects.toMatchObject({ code: 'corrupt' });
    expect(readFileSync(file, 'utf8')).toBe('the file of before');
  });

  test('is found by verify, and stays as it is', async () => {
    const { problems } = await store.verify();
    expect(problems).toEqual([{ arn: expect.stringContaining(version.digest), problem, repaired: false }]);
    expect((await store.verify()).problems).toEqual(problems);
  });

  test('is repaired from a good source', async () => {
    const asked: string[] = [];
    const repairFrom: RepairSource = async (digest) => {
      asked.push(digest);
      return sourceOf(good);
    };
    expect((await store.verify({ repairFrom })).problems).toMatchObject([{ problem, repaired: true }]);
    expect(asked).toEqual([version.digest]);
    expect((await store.verify()).problems).toEqual([]);
    const { stream } = await store.open(version.arn);
    expect(Buffer.concat((await stream.toArray()) as Buffer[]).equals(good)).toBe(true);
  });

  test('is not repaired from a source of other bytes, which does not keep others from it', async () => {
    const others = ['one', 'two', 'three'].map(material);
    for (const { bytes, digest } of others) {
      await store.publish({ id: 'other', source: { kind: 'bytes', bytes } });
      damage(folder, digest, () => Buffer.from('!'));
    }
    const sources = new Map(others.map(({ digest, source }) => [digest, source]));
    const repairFrom: RepairSource = async (digest) =>
      sources.get(digest) ?? sourceOf(Buffer.from('other bytes'));
    const { problems } = await store.verify({ repairFrom });
    const repaired = problems.filter((found) => found.repaired).map(({ arn }) => arn.slice(-64));
    expect(repaired.toSorted()).toEqual(others.map(({ digest }) => digest.slice(-64)).toSorted());
    expect((await store.verify()).problems).toMatchObject([{ problem, repaired: false }]);
  });

  test('is not repaired when no source has it', async () => {
    const { problems } = await store.verify({ repairFrom: async () => undefined });
    expect(problems).toMatchObject([{ problem, repaired: false }]);
  });
});

test('a content file cannot be written by mistake, also after a repair', async () => {
  const file = contentFile(folder, version.digest);
  expect(statSync(file).mode & 0o777).toBe(0o444);
  damage(folder, version.digest, () => Buffer.from('!'));
  chmodSync(file, 0o644);
  await store.verify({ repairFrom: async () => sourceOf(good) });
  expect(statSync(file).mode & 0o777).toBe(0o444);
});

test('a content file that the catalog does not know is told, and kept by gc', async () => {
  const stray = material('from a lost catalog');
  const file = contentFile(folder, stray.digest);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, stray.bytes);
  const arn = expect.stringContaining(stray.digest) as unknown as string;
  expect((await store.verify()).problems).toEqual([{ arn, problem: 'unknown', repaired: false }]);
  expect((await store.gc()).items).toContainEqual(expect.objectContaining({ arn, action: 'keep' }));
  expect(existsSync(file)).toBe(true);
});
