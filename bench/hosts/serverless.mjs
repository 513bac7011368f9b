/**
 * Deploying a service of which nothing changed, with the plugin and without, on each host, as ratios of one run:
 *
 *     pnpm build && node bench/hosts/serverless.mjs [rounds] [serverless|osls3|osls4 ...]
 *
 * Whole processes against ministack on loopback, where a call costs a few milliseconds: over a network, the calls that the plugin
 * spares count for more. The service is examples/serverless-app.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentFor, makeStore, startEmulator } from '../support/ministack.mjs';
import { compare } from '../support/rounds.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const args = process.argv.slice(2);
const rounds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 5);
const named = args.filter((arg) => !/^\d+$/.test(arg));
const hosts = named.length > 0 ? named : ['serverless', 'osls3', 'osls4'];
const installed = createRequire(path('packages/serverless-plugin/package.json'));
const binOf = (host) => join(dirname(installed.resolve(`${host}/package.json`)), 'bin/serverless.js');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));

const emulator = await startEmulator();
const env = {
  ...environmentFor(emulator.port),
  HOME: scratch,
  CI: '1',
  SLS_TELEMETRY_DISABLED: '1',
  SLS_NOTIFICATIONS_MODE: 'off',
  SLS_AWS_MONITORING_FREQUENCY: '200',
};
const clean = { ...process.env, ...env };
delete clean.NODE_EXTRA_CA_CERTS;

const ENDPOINTS = `module.exports = class {
  constructor(serverless) {
    let config;
    try { config = serverless.getProvider('aws').sdk.config; } catch { return; }
    const endpoint = process.env.AWS_ENDPOINT_URL;
    for (const name of ['cloudformation', 'lambda', 'sts', 'ecr', 'cloudwatchlogs']) config[name] = { endpoint };
    config.s3 = { endpoint, s3ForcePathStyle: true };
  }
};`;

/** The example in a folder of its own, as one host deploys it. */
function makeService(host, plugin) {
  const folder = join(scratch, `${host}-${plugin ? 'holdfast' : 'plain'}`);
  cpSync(path('examples/serverless-app'), folder, { recursive: true });
  const link = join(folder, 'node_modules/@holdfast/serverless-plugin');
  mkdirSync(link, { recursive: true });
  writeFileSync(
    join(link, 'index.js'),
    `module.exports = require(${JSON.stringify(path('packages/serverless-plugin'))});`,
  );
  writeFileSync(join(folder, 'endpoints.js'), ENDPOINTS);
  writeFileSync(join(folder, 'package.json'), '{}');
  let text = readFileSync(join(folder, 'serverless.yml'), 'utf8')
    .replace('  name: aws\n', '  name: aws\n  deploymentMethod: direct\n')
    .replace('plugins:\n', 'plugins:\n  - ./endpoints.js\n');
  if (!plugin) {
    text = text
      .replace(/ {2}- '@holdfast\/serverless-plugin'.*\n/, '')
      .replace(/custom:\n {2}holdfast:\n.*\n/, '');
  }
  writeFileSync(join(folder, 'serverless.yml'), text);
  return folder;
}

try {
  await makeStore(env);
  const subjects = {};
  for (const host of hosts) {
    const plain = `${host} alone`;
    for (const plugin of [false, true]) {
      const cwd = makeService(host, plugin);
      const stage = `${host}${plugin ? 'h' : 'p'}`;
      const command = [process.execPath, binOf(host), 'deploy', '--stage', stage];
      const deploy = () => {
        const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), {
          cwd,
          env: clean,
          encoding: 'utf8',
        });
        if (status !== 0) throw new Error(`${host} failed:\n${stdout}${stderr}`);
        return stdout + stderr;
      };
      deploy();
      // A host alone may deploy a second time before it finds nothing changed.
      deploy();
      if (!deploy().includes('No changes to deploy')) throw new Error(`${host} deploys what did not change`);
      subjects[plugin ? `${host} with the plugin` : plain] = {
        command,
        cwd,
        env,
        ...(plugin ? { against: plain } : {}),
      };
    }
  }
  compare('Unchanged deploy', subjects, rounds);
} finally {
  emulator.stop();
  rmSync(scratch, { recursive: true, force: true });
}
