/**
 * Deploying an application of which nothing changed, by holdfast-sam and by plain sam, as ratios of one run:
 *
 *     pnpm build && node bench/hosts/sam.mjs [rounds]
 *
 * Whole processes against ministack on loopback, where a call costs a few milliseconds, one after the other in turn. The application is
 * examples/sam-app, built once by `sam build`. Plain sam is measured with `--s3-bucket` and with `--resolve-s3`, which asks CloudFormation
 * for its bucket first. "adds" is the difference of the medians.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentFor, makeStore, startEmulator } from '../support/ministack.mjs';
import { compare, print } from '../support/rounds.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const emulator = await startEmulator();
const env = {
  ...environmentFor(emulator.port),
  HOME: scratch,
  XDG_CACHE_HOME: join(scratch, 'cache'),
  PATH: [path('.venv-sam/bin'), process.env.PATH].join(delimiter),
  SAM_CLI_TELEMETRY: '0',
  SAM_CLI_CHECK_INSTALLED_VERSION: '0',
  SAM_CLI_POLL_DELAY: '0.2',
};
const clean = { ...process.env, ...env };
delete clean.NODE_EXTRA_CA_CERTS;

function must([command, ...args], cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env: clean, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed:\n${stdout}${stderr}`);
  return stdout + stderr;
}

try {
  await makeStore(env, 'bench-own-bucket');
  const cwd = join(scratch, 'app');
  cpSync(path('examples/sam-app'), cwd, { recursive: true });
  must(['sam', 'build'], cwd);
  const deploy = (tool, stack, ...more) => [
    ...tool,
    ...['deploy', '--stack-name', stack, '--capabilities', 'CAPABILITY_IAM', '--no-fail-on-empty-changeset'],
    ...more,
  ];
  const holdfast = [process.execPath, path('packages/sam-hook/bin/holdfast-sam.js')];
  const commands = {
    'sam --s3-bucket': deploy(['sam'], 'bench-bucket', '--s3-bucket', 'bench-own-bucket'),
    'sam --resolve-s3': deploy(['sam'], 'bench-resolve', '--resolve-s3'),
    'holdfast-sam': deploy(holdfast, 'bench-holdfast'),
  };
  for (const command of Object.values(commands)) {
    must(command, cwd);
    if (!must(command, cwd).includes('No changes to deploy'))
      throw new Error(`${command.join(' ')} deploys what did not change`);
  }
  const plain = Object.keys(commands).slice(0, 2);
  const subjects = Object.fromEntries(
    Object.entries(commands).map(([name, command]) => [
      name,
      { command, cwd, env, ...(plain.includes(name) ? {} : { against: plain }) },
    ]),
  );
  const medians = compare('Unchanged deploy', subjects, rounds);
  const ours = medians['holdfast-sam'];
  for (const name of plain) {
    const adds = (kind) => `${(ours[kind] - medians[name][kind]).toFixed(0)} ms`;
    print(`  holdfast-sam adds ${adds('wall')}, cpu ${adds('cpu')}, to ${name}`);
  }
} finally {
  emulator.stop();
  rmSync(scratch, { recursive: true, force: true });
}
