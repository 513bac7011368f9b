// Runs unit tests and the built command on every Node that the packages promise to work with, and sees an older one refused.
// Wants the packages built (`npm run test:nodes` sees to it) and fetches the runtimes as npm packages.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { quietly } from './quiet-command.mjs';
import { pinnedEnvironment, pinnedNode, root } from './workspace.mjs';

const holdfast = join(root, 'packages/cli/bin/holdfast.js');
const sample = join(root, 'LICENSE');
/** The oldest release that the command's manifest promises to work with, such as `22.14`. */
const floor = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8')).engines.node.slice(
  '>='.length,
);

/** The path of a Node of the given release, such as `22` or `22.12.0`. */
function fetchNode(release) {
  const args = [
    'exec',
    '--yes',
    '--loglevel=error',
    `--package=node@${release}`,
    '--',
    'node',
    '-p',
    'process.execPath',
  ];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`Node ${release} could not be had: ${stderr.trim()}`);
  return stdout.trim();
}

function environmentOf(node) {
  const env = pinnedEnvironment();
  return { ...env, PATH: [dirname(node), env.PATH].join(delimiter) };
}

async function unitTests(node) {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const { ok, output } = await quietly(node, [jest, '--selectProjects', 'unit'], environmentOf(node));
  if (!ok) throw new Error(`unit tests\n${output}`);
  return /^Tests:\s+(.*)$/m.exec(output)?.[1] ?? 'no sum';
}

function run(node, ...args) {
  const result = spawnSync(node, [holdfast, ...args], { encoding: 'utf8', env: environmentOf(node) });
  if (result.error) throw result.error;
  return result;
}

/** Publishes a file into a new store and reads it back. */
async function command(node) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-matrix-'));
  try {
    const store = ['--store', `file:${join(folder, 'store')}`];
    const copy = join(folder, 'copy');
    for (const args of [
      ['publish', sample, '--id', 'matrix/licence'],
      ['list', '--json'],
      ['get', 'matrix/licence:1', '-o', copy],
      ['verify'],
    ]) {
      const { status, stderr } = run(node, ...args, ...store);
      if (status !== 0) throw new Error(`holdfast ${args[0]} ended with ${status}: ${stderr}`);
    }
    if (!readFileSync(copy).equals(readFileSync(sample))) throw new Error('other bytes came back');
    return 'publish, list, get, verify';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function refusal(node) {
  const { status, stdout, stderr } = run(node, '--version');
  const isOneLine = stderr.trimEnd().split('\n').length === 1 && stderr.includes(floor);
  if (status === 0 || stdout !== '' || !isOneLine) {
    throw new Error(`should be refused in one line, but ended with ${status}: ${stdout}${stderr}`);
  }
  return `refused: ${stderr.trim()}`;
}

const matrix = [
  ['20', refusal],
  ['22.13.1', refusal],
  [floor, command],
  ['22', unitTests, command],
  ['24', unitTests, command],
  ['26', unitTests, command],
];
const pinnedMajor = process.versions.node.split('.')[0];

for (const [release, ...checks] of matrix) {
  const node = release === pinnedMajor ? pinnedNode : fetchNode(release);
  for (const check of checks) {
    try {
      console.log(`ok     Node ${release}: ${await check(node)}`);
    } catch (error) {
      console.log(`FAILED Node ${release}: ${error.message}`);
      process.exitCode = 1;
    }
  }
}
