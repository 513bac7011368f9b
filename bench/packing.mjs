/**
 * Packing a directory: ours against peers, interleaved, medians, as ratios.
 *
 *     pnpm build && node bench/packing.mjs <directory> [rounds]
 *
 * Give a directory without symbolic links: some peers follow them. A peer that is not on this machine is reported missing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [directory, rounds = '3'] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('usage: node bench/packing.mjs <directory> [rounds]\n');
  process.exit(2);
}
const root = resolve(directory);
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const out = join(scratch, 'out.zip');
const core = fileURLToPath(new URL('../packages/core/dist/packing/index.js', import.meta.url));
const env = { ...process.env };
// Where it is set it costs every Node process 70 ms before the first line runs.
delete env.NODE_EXTRA_CA_CERTS;

const ours = (script) => [
  process.execPath,
  '-e',
  `const p = require(${JSON.stringify(core)}); const tree = p.readTree(${JSON.stringify(root)});
   const out = ${JSON.stringify(out)}; (async () => { ${script} })();`,
];
const keepPrevious = `require('fs').writeFileSync(out + '.json', JSON.stringify((await p.packTree(tree, out + '.previous')).index))`;
const AWS = `
import shutil, sys
from awscli.customizations.cloudformation.artifact_exporter import zip_folder
with zip_folder(sys.argv[1]) as made:
    shutil.move(made, sys.argv[2])`;

const subjects = {
  'aws (its make_zip)': { command: ['python3', '-c', AWS, root, out], version: ['aws', '--version'] },
  'zip -qr': { command: ['zip', '-qr', out, '.'], version: ['zip', '-v'] },
  'ours, level 6': { command: ours('await p.packTree(tree, out)') },
  'ours, level 1': { command: ours('await p.packTree(tree, out, { level: 1 })') },
  'ours, nothing changed since a zip': {
    setUp: ours(keepPrevious),
    command: ours(
      `await p.packTree(tree, out, { previous: { file: out + '.previous', index: JSON.parse(require('fs').readFileSync(out + '.json', 'utf8')) } })`,
    ),
  },
  'ours, tree digest only': { command: ours('await p.digestTree(tree)') },
  'limit: reading and compressing, 1 thread': {
    command: ours(`const z = require('zlib'), fs = require('fs');
      for (const e of tree.entries) if (e.kind === 'file') z.deflateRawSync(fs.readFileSync(e.source.file), { level: 6 })`),
  },
};

function run([command, ...args]) {
  const start = performance.now();
  const result = spawnSync(command, args, { cwd: root, env, stdio: 'ignore' });
  const wall = performance.now() - start;
  return result.status === 0 ? wall : undefined;
}

const walls = new Map(Object.keys(subjects).map((name) => [name, []]));
const sizes = new Map();
for (const { setUp } of Object.values(subjects)) {
  if (setUp !== undefined && run(setUp) === undefined) {
    throw new Error('setting up failed; was the workspace built?');
  }
}
for (let round = 0; round < Number(rounds); round += 1) {
  for (const [name, { command }] of Object.entries(subjects)) {
    rmSync(out, { force: true });
    const wall = run(command);
    if (wall === undefined) {
      continue;
    }
    walls.get(name).push(wall);
    sizes.set(name, statSync(out, { throwIfNoEntry: false })?.size);
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const reference = median(walls.get('aws (its make_zip)')) ?? median(walls.get('zip -qr'));
const versionOf = (command) =>
  /\d+\.\d+(\.\d+)?/.exec(spawnSync(command[0], command.slice(1), { encoding: 'utf8' }).stdout ?? '')?.[0];
process.stdout.write(
  `node ${process.versions.node}, zlib ${process.versions.zlib}, ${cpus().length} processors, load ${loadavg()[0].toFixed(1)}\n`,
);
for (const [name, { version }] of Object.entries(subjects)) {
  const wall = median(walls.get(name));
  const ratio =
    wall === undefined || reference === undefined ? 'missing' : `${(wall / reference).toFixed(3)} x`;
  const size = sizes.get(name);
  const label = version === undefined ? name : `${name} ${versionOf(version) ?? ''}`;
  process.stdout.write(
    `${label.padEnd(44)} ${ratio.padStart(9)} ${size === undefined ? '' : `${(size / 1e6).toFixed(1)} MB`}\n`,
  );
}
rmSync(scratch, { recursive: true, force: true });
