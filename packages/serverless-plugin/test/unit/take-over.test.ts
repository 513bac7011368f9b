import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Serverless } from '../../src/host/types.js';
import { normaliseZip } from '../../src/packing/normalise-zip.js';
import { takeOverPacking } from '../../src/packing/take-over.js';
import { zipOf } from '../support/zip.js';

interface Packager {
  zipFiles(files: readonly string[], name: string, prefix?: string): Promise<string>;
  getFileContent(file: string): Promise<unknown>;
}
type PackagerClass = new (serverless: unknown, options: object) => Packager;

const HOSTS = ['serverless', 'osls3', 'osls4'] as const;
const load = createRequire(__filename);
const packagerOf = (host: string): PackagerClass =>
  load(
    join(dirname(load.resolve(`${host}/package.json`)), 'lib/plugins/package/package.js'),
  ) as PackagerClass;

let folder: string;
const FILES = [
  'src/index.js',
  './src/run.sh',
  'src/linked.js',
  '../beside/shared.js',
  'src/__pycache__/a.pyc',
  'src/empty',
];

beforeAll(async () => {
  const top = await mkdtemp(join(tmpdir(), 'hf-take-over-'));
  folder = join(top, 'service');
  await mkdir(join(folder, 'src/__pycache__'), { recursive: true });
  await mkdir(join(top, 'beside'));
  // Hosts make it while they load the service.
  await mkdir(join(folder, '.serverless'));
  await writeFile(join(folder, 'src/index.js'), 'exports.handler = async () => 1;\n'.repeat(50));
  await writeFile(join(folder, 'src/run.sh'), '#!/bin/sh\n', { mode: 0o775 });
  await writeFile(join(folder, 'src/empty'), '');
  await writeFile(join(top, 'beside/shared.js'), 'exports.shared = true;\n');
  await writeFile(join(folder, 'src/__pycache__/a.pyc'), Buffer.alloc(40, 'A').fill(0, 4, 8));
  await symlink('index.js', join(folder, 'src/linked.js'));
});
afterAll(() => rm(dirname(folder), { recursive: true, force: true }));

function hostOf(host: string): { serverless: Serverless; packager: Packager } {
  const plugins: object[] = [];
  const serverless = {
    serviceDir: folder,
    service: { package: {} },
    pluginManager: { plugins },
    utils: { writeFileDir: () => undefined },
    classes: { Error },
  };
  const packager = new (packagerOf(host))(serverless, {});
  plugins.push(packager);
  return { serverless: serverless as unknown as Serverless, packager };
}

test.each(HOSTS)('%s: the zip is byte for byte what packing its own zip anew gives', async (host) => {
  const { serverless, packager } = hostOf(host);
  // Serverless 3 would write a name that leads out of the zip.
  const files = host === 'serverless' ? FILES.filter((file) => !file.startsWith('..')) : FILES;
  const theirs = await packager.zipFiles(files, 'theirs.zip');
  await normaliseZip(theirs);
  const normalise = takeOverPacking(serverless);
  const ours = await packager.zipFiles(files, 'ours.zip');
  expect(basename(ours)).toBe('ours.zip');
  expect(await readFile(ours)).toEqual(await readFile(theirs));
  const layer = join(folder, 'src');
  const content = [join(layer, 'index.js'), join(layer, 'run.sh')];
  const layers = [await hostOf(host).packager.zipFiles(content, 'their-layer.zip', layer)];
  await normaliseZip(layers[0]!);
  layers.push(await packager.zipFiles(content, 'layer.zip', layer));
  expect(await readFile(layers[1]!)).toEqual(await readFile(layers[0]!));

  // What another plugin changes afterwards is packed anew.
  const changed = zipOf([{ name: 'index.js', content: '// other', time: 77 }]);
  await writeFile(ours, changed);
  await normalise(ours);
  const expected = join(folder, 'expected.zip');
  await writeFile(expected, changed);
  await normaliseZip(expected);
  expect(await readFile(ours)).toEqual(await readFile(expected));
});

test.each(HOSTS)('%s: where another plugin gives the contents, the host asks it', async (host) => {
  const { serverless, packager } = hostOf(host);
  const normalise = takeOverPacking(serverless);
  packager.getFileContent = () => Promise.resolve(Buffer.from('// transpiled'));
  const zip = await packager.zipFiles(['src/index.js'], 'transpiled.zip');
  await normalise(zip);
  const expected = join(folder, 'expected.zip');
  await writeFile(expected, zipOf([{ name: 'src/index.js', content: '// transpiled' }]));
  await normaliseZip(expected);
  expect(await readFile(zip)).toEqual(await readFile(expected));
});

test('what another plugin packs by its own means stays its own', async () => {
  const { serverless, packager } = hostOf('osls4');
  packager.zipFiles = async (_files, name) => {
    const file = join(folder, '.serverless', name);
    await copyFile(join(folder, 'src/index.js'), file);
    return file;
  };
  takeOverPacking(serverless);
  const file = await packager.zipFiles(['src/run.sh'], 'own.zip');
  expect(await readFile(file)).toEqual(await readFile(join(folder, 'src/index.js')));
});

test('nothing to pack is told by the host, and what cannot be read by its name', async () => {
  const { serverless, packager } = hostOf('osls4');
  takeOverPacking(serverless);
  await expect(packager.zipFiles([], 'none.zip')).rejects.toThrow('No files to package');
  await expect(packager.zipFiles(['src/gone.js'], 'gone.zip')).rejects.toThrow(/gone\.js" cannot be read/);
});
