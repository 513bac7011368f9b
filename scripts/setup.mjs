// Makes the workspace ready: `node scripts/setup.mjs [--build] [--python]`.
// Installs the dependencies with the pinned pnpm, the pinned Node among them; does nothing when they are there already.
// Plain JavaScript for any Node >= 20, without dependencies: it runs before anything is installed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preparePython } from './python-venv.mjs';
import { step } from './quiet-command.mjs';
import { pinnedEnvironment, pinnedNode, root } from './workspace.mjs';

const record = join(root, 'node_modules/.holdfast-setup');

/** One text for everything that decides what an installation looks like. */
function installationKey() {
  const packages = join(root, 'packages');
  const manifests = readdirSync(packages).map((name) => join(packages, name, 'package.json'));
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'].map((name) => join(root, name));
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\0`);
  for (const file of [...files, ...manifests.filter((file) => existsSync(file)).sort()]) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function isInstalled(key) {
  return existsSync(pinnedNode) && existsSync(record) && readFileSync(record, 'utf8') === key;
}

/** npm as a JavaScript file where npm started us, which works on every platform; otherwise whatever `npm` is on PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}

async function install() {
  const key = installationKey();
  if (isInstalled(key)) return;
  rmSync(record, { force: true });
  const pnpm = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  const [command, ...args] = npmCommand();
  // npm's warnings about the caller's own configuration are not about this project.
  const env = { ...process.env, npm_config_loglevel: 'error', npm_config_yes: 'true' };
  const pnpmArgs = ['install', '--frozen-lockfile', '--reporter=append-only'];
  await step(
    `Installing the dependencies with ${pnpm}`,
    command,
    [...args, 'exec', '--yes', `--package=${pnpm}`, '--', 'pnpm', ...pnpmArgs],
    env,
  );
  writeFileSync(record, key);
}

async function build() {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await step(
    'Building the packages',
    pinnedNode,
    [compiler, '-b', 'tsconfig.build.json'],
    pinnedEnvironment(),
  );
  const bundler = join(root, 'packages/cloudformation/scripts/bundle-tracker.mjs');
  await step('Bundling the tracker', pinnedNode, [bundler], pinnedEnvironment());
  const commands = join(root, 'scripts/bundle-commands.mjs');
  await step('Bundling the commands', pinnedNode, [commands], pinnedEnvironment());
}

const wanted = new Set(process.argv.slice(2));
await install();
if (wanted.has('--python')) await preparePython();
if (wanted.has('--build')) await build();
