/**
 * Deploying an application of which nothing changed, by holdfast-sam and by plain sam, as ratios of one run:
 *
 *     pnpm build && node bench/hosts/sam.mjs [rounds]
 *
 * Whole processes against ministack on loopback, where a call costs a few milliseconds, one after the other in turn. The application is
 * examples/sam-app, built once by `sam build`. Plain sam is measured with `--s3-bucket` and with `--resolve-s3`, which asks CloudFormation
 * for its bucket first. "adds" is the difference of the medians.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, print } from '../support/rounds.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const emulator = spawn(
  path('.venv/bin/python'),
  [path('packages/core/test/emulators/serve.py'), 'ministack'],
  { stdio: ['pipe', 'pipe', 'ignore'] },
);
const [port] = await once(emulator.stdout.setEncoding('utf8'), 'data');
const env = {
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port.trim()}`,
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: '123456789012',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
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
  const bootstrap = [path('packages/cli/bin/holdfast.js'), 'bootstrap', '--json'];
  const { bucket } = JSON.parse(execFileSync(process.execPath, bootstrap, { env: clean, encoding: 'utf8' }));
  const sdk = createRequire(path('packages/core/package.json'))('@aws-sdk/client-s3');
  const s3 = new sdk.S3Client({
    endpoint: env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
  // The emulator's CloudFormation makes the bucket without it.
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' };
  await s3.send(new sdk.PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
  const CreateBucketConfiguration = { LocationConstraint: env.AWS_REGION };
  await s3.send(new sdk.CreateBucketCommand({ Bucket: 'bench-own-bucket', CreateBucketConfiguration }));
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
  emulator.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
}
