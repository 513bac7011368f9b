/**
 * Packaging against peers, interleaved, medians, as ratios of one run:
 *
 *     pnpm build && node bench/package.mjs [rounds] [small|medium|large|command|file|template ...]
 *
 * Whole processes, each with its start. Ours stores durably in an embedded store; `aws cloudformation package` uploads to
 * moto on loopback. Peers: the AWS CLI, git, zip and pigz of this machine; cdk-assets' packing from a folder named by
 * CDK_ASSETS (`npm install --prefix /tmp/peers @aws-cdk/cdk-assets-lib@1.5.0`, then CDK_ASSETS=/tmp/peers/node_modules).
 * A peer that is not there is reported as missing.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMoto } from './support/moto.mjs';
import { compare, print, versionOf } from './support/rounds.mjs';
import { templateBench } from './support/template.mjs';
import { makeFile, makeTree } from './support/trees.mjs';

const args = process.argv.slice(2);
const rounds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 5);
const wanted = args.filter((arg) => !/^\d+$/.test(arg));
const wants = (name) => wanted.length === 0 || wanted.includes(name);
const SIZES = {
  small: { files: 5, bytes: 0 },
  medium: { files: 2000, bytes: 0 },
  large: { files: 13_500, bytes: 140_000_000 },
};

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const script = (name) => fileURLToPath(new URL(`./support/${name}`, import.meta.url));
const holdfast = fileURLToPath(new URL('../packages/cli/bin/holdfast.js', import.meta.url));
const node = process.execPath;
const zipped = join(scratch, 'out.zip');
const clean = (...names) =>
  names.forEach((name) => rmSync(join(scratch, name), { recursive: true, force: true }));
const moto = await startMoto();
const versions = {
  aws: versionOf('aws', '--version'),
  git: versionOf('git', '--version'),
  zip: versionOf('zip', '-v'),
  pigz: versionOf('pigz', '--version'),
};
print(
  `node ${process.versions.node}, zlib ${process.versions.zlib}, ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version ?? 'missing'}`)
    .join(', ')}`,
);

/** A subject that is missing unless what it needs is there. */
const needs = (there, subject) => (there === undefined ? { ...subject, command: undefined } : subject);

const awsPackage = (template, ...more) =>
  needs(moto && versions.aws, {
    command: [
      'aws',
      'cloudformation',
      'package',
      '--template-file',
      template,
      '--s3-bucket',
      moto?.bucket,
      '--output-template-file',
      join(scratch, 'aws.yaml'),
      ...more,
    ],
    env: moto?.env,
  });

function templateOf(name, directories) {
  const file = join(scratch, `${name}.yaml`);
  const resources = directories.map(
    (directory, i) =>
      `  Function${i}:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !Ref Role\n      Runtime: nodejs24.x\n      Handler: index.handler\n      Code: ${directory}\n`,
  );
  writeFileSync(file, `Parameters:\n  Role:\n    Type: String\nResources:\n${resources.join('')}`);
  return file;
}

function largestFile(folder) {
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  return Math.max(0, ...sizes);
}

function benchDirectory(name) {
  const tree = join(scratch, name);
  const { files, bytes } = makeTree(tree, SIZES[name]);
  const template = templateOf(`template-${name}`, [tree]);
  const git = ['git', `--git-dir=${join(scratch, `git-${name}`)}`, `--work-tree=${tree}`];
  const inGit = versions.git && gitHolds(git);
  const publish = (store, cache) => [
    node,
    script('publish.cjs'),
    join(scratch, store),
    cache === '-' ? '-' : join(scratch, cache),
    tree,
  ];
  const cdk = process.env.CDK_ASSETS;
  const changed = () => [files[0], files.at(-1)].forEach((file) => appendFileSync(file, '\n'));
  clean('kept', 'kept-cache', 'first', 'first-cache');

  compare(
    `${name}, first: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`,
    {
      'aws cloudformation package': { ...awsPackage(template, '--force-upload') },
      'aws, its packing only': needs(versions.aws, {
        command: ['python3', script('aws_pack.py'), tree, zipped],
        size: () => statSync(zipped, { throwIfNoEntry: false })?.size,
      }),
      'cdk-assets-lib, its packing only': needs(cdk, {
        command: [node, script('cdk-pack.cjs'), cdk, tree, zipped],
        before: () => rmSync(zipped, { force: true }),
        size: () => statSync(zipped, { throwIfNoEntry: false })?.size,
      }),
      'ours, packing only': {
        command: [node, script('pack.cjs'), tree, zipped],
        before: () => rmSync(zipped, { force: true }),
        size: () => statSync(zipped).size,
        against: ['aws, its packing only', 'cdk-assets-lib, its packing only'],
      },
      'ours, published': {
        command: publish('first', 'first-cache'),
        before: () => clean('first', 'first-cache'),
        size: () => largestFile(join(scratch, 'first', 'content')),
        against: 'aws cloudformation package',
      },
    },
    rounds,
  );
  compare(
    `${name}, unchanged`,
    {
      'git status': needs(inGit, { command: [...git, 'status', '--short'] }),
      'aws cloudformation package': awsPackage(template),
      'ours, cold machine': {
        command: publish('kept', '-'),
        against: ['aws cloudformation package', 'limit: the same, reading and SHA-256'],
      },
      'ours, warm machine': {
        command: publish('kept', 'kept-cache'),
        against: ['git status', 'aws cloudformation package', 'limit: node, readdir and lstat'],
      },
      'node -e 0': { command: [node, '-e', '0'] },
      'limit: node, readdir and lstat': { command: [node, script('floor.cjs'), tree] },
      'limit: the same, reading and SHA-256': { command: [node, script('floor.cjs'), tree, 'read'] },
    },
    rounds,
  );
  compare(
    `${name}, 2 files changed`,
    {
      'aws cloudformation package': { ...awsPackage(template), before: changed },
      'ours, warm machine': {
        command: publish('kept', 'kept-cache'),
        before: changed,
        against: 'aws cloudformation package',
      },
    },
    rounds,
  );
}

/** Makes git know the tree, as a check-out does. */
function gitHolds(git) {
  const steps = [
    ['init', '-q'],
    ['add', '-A', '-f'],
    ['-c', 'user.name=b', '-c', 'user.email=b@example.org', 'commit', '-qm', 'all'],
  ];
  return steps.every((step) => spawnSync(git[0], [...git.slice(1), ...step]).status === 0) || undefined;
}

function benchCommand() {
  const directories = [
    ['small', SIZES.small],
    ['small2', SIZES.small],
    ['small3', SIZES.small],
    ['medium', SIZES.medium],
    ['large', SIZES.large],
  ].map(([name, size]) => {
    const directory = join(scratch, 'app', name);
    mkdirSync(directory, { recursive: true });
    makeTree(directory, size);
    return directory;
  });
  const template = templateOf('template-app', directories);
  const ours = (cache) => ({
    command: [
      node,
      holdfast,
      'package',
      '--store',
      `file:${join(scratch, 'app-store')}`,
      '--template-file',
      template,
      '--stack-name',
      'app',
      '--bucket',
      'bench',
      '--output-template-file',
      join(scratch, 'ours.yaml'),
    ],
    cwd: scratch,
    env: { XDG_CACHE_HOME: join(scratch, cache) },
    against: 'aws cloudformation package',
  });
  compare(
    'the command, 5 functions (3 small, medium, large), unchanged',
    {
      'aws cloudformation package': awsPackage(template),
      'holdfast package, warm machine': ours('app-cache'),
      'holdfast package, cold machine': { ...ours('app-cold'), before: () => clean('app-cold') },
    },
    rounds,
  );
}

function benchFile() {
  const file = join(scratch, 'file');
  makeFile(file, 1024 ** 3);
  const fresh = {
    before: () => rmSync(zipped, { force: true }),
    size: () => statSync(zipped, { throwIfNoEntry: false })?.size,
  };
  compare(
    'a file of 1 GiB',
    {
      'pigz -p2': needs(versions.pigz, {
        command: ['sh', '-c', `pigz -p2 -c ${file} > ${zipped}`],
        ...fresh,
      }),
      zip: needs(versions.zip, { command: ['zip', '-q', zipped, file], ...fresh }),
      ours: { command: [node, script('pack.cjs'), file, zipped], ...fresh, against: ['pigz -p2', 'zip'] },
    },
    Math.min(rounds, 3),
  );
  rmSync(file);
}

try {
  for (const name of Object.keys(SIZES)) {
    if (wants(name)) benchDirectory(name);
  }
  if (wants('command')) benchCommand();
  if (wants('file')) benchFile();
  if (wants('template')) templateBench(rounds, versions.aws);
} finally {
  moto?.stop();
  rmSync(scratch, { recursive: true, force: true });
}
