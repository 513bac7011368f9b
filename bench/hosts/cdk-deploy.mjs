/**
 * What Holdfast adds to a `cdk deploy` that changes nothing: the real command with the CDK's own bootstrap, by the wrapper in cdk.json, and as
 * `holdfast-cdk deploy`; one stack of three functions, on one emulator, in turn. Processor time is that of all processes of a run, and says more than
 * the wall clock on a machine that does other things, too; the least of all rounds is disturbed least.
 *
 *     pnpm build && node bench/hosts/cdk-deploy.mjs [rounds]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentFor, makeStore, startEmulator, startProxy } from '../support/ministack.mjs';

const [rounds = 5] = process.argv.slice(2).map(Number);
const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const own = createRequire(at('packages/cdk-asset-publisher/package.json'));
const CDK = join(dirname(own.resolve('aws-cdk/package.json')), 'bin/cdk');
const HOLDFAST_CDK = at('packages/cdk-asset-publisher/bin/holdfast-cdk.js');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const emulator = await startEmulator();
const proxy = await startProxy(emulator.port);
const env = {
  PATH: process.env.PATH,
  HOME: join(scratch, 'home'),
  XDG_CACHE_HOME: join(scratch, 'cache'),
  ...environmentFor(proxy.port),
  AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `http://localhost:${proxy.port}`,
  HOLDFAST_STORE: 'aws:',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: 'true',
  CDK_NOTICES: 'false',
  CI: '1',
};
const forms = {
  'cdk with its bootstrap': { file: CDK, synthesizer: 'stock', app: (file) => `node ${file}` },
  'cdk and the wrapper': {
    file: CDK,
    synthesizer: 'stock',
    app: (file) => `node ${HOLDFAST_CDK} exec -- node ${file}`,
  },
  'holdfast-cdk deploy': { file: HOLDFAST_CDK, synthesizer: 'own', app: (file) => `node ${file}` },
};

try {
  await prepare();
  const results = {};
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, form] of Object.entries(forms)) {
      const took = await deploy(name, form);
      if (round >= 0) (results[name] ??= []).push(took);
    }
  }
  print(results);
} finally {
  await proxy.stop();
  emulator.stop();
  rmSync(scratch, { recursive: true, force: true });
}

async function prepare() {
  mkdirSync(env.HOME, { recursive: true });
  await makeStore(env);
  await run([CDK, 'bootstrap', 'aws://123456789012/eu-west-1'], scratch);
  for (const [i, [name, form]] of Object.entries(forms).entries()) {
    form.folder = join(scratch, `form${i}`);
    writeApp(form.folder, `Bench${i}`, form);
    await deploy(name, form);
  }
}

function writeApp(folder, stack, { synthesizer, app }) {
  cpSync(at('packages/cdk-asset-publisher/test/fixtures/app/code'), join(folder, 'code'), {
    recursive: true,
  });
  const lib = JSON.stringify(dirname(own.resolve('aws-cdk-lib/package.json')));
  const holdfast = JSON.stringify(at('packages/cdk-asset-publisher/dist/index.js'));
  writeFileSync(
    join(folder, 'app.js'),
    `const { App, Stack } = require(${lib});
const { Code, Function, Runtime } = require(${lib} + '/aws-lambda');
const props = ${synthesizer === 'own' ? `{ defaultStackSynthesizer: new (require(${holdfast}).HoldfastSynthesizer)() }` : '{}'};
const app = new App({ analyticsReporting: false, ...props });
const stack = new Stack(app, '${stack}');
for (const name of ['first', 'second', 'child'])
  new Function(stack, name, { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromAsset(__dirname + '/code/' + name) });
app.synth();
`,
  );
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: app(join(folder, 'app.js')) }));
}

async function deploy(name, { file, folder }) {
  proxy.requests = 0;
  const start = performance.now();
  const cpu = await run([file, 'deploy', '--require-approval', 'never', '--method', 'direct'], folder);
  return { wall: performance.now() - start, cpu, requests: proxy.requests };
}

/** Runs a script, and returns the processor time that it took. Throws with what it printed when it fails. */
async function run(args, cwd) {
  const timed = [at('bench/support/child_time.py'), process.execPath, ...args];
  const child = spawn(at('.venv/bin/python'), timed, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, told] = [[], []];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => told.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}\n${Buffer.concat(told)}`);
  return Number(Buffer.concat(out));
}

function print(results) {
  console.log(
    `an unchanged deployment of 3 functions; aws-cdk ${own('aws-cdk/package.json').version}, ministack`,
  );
  console.log(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, ${rounds} rounds, medians\n`,
  );
  console.log(`${''.padEnd(24)} requests    wall   ratio     cpu   ratio   least   ratio   added`);
  const base = medians(Object.values(results)[0]);
  for (const [name, values] of Object.entries(results)) {
    const { requests, wall, cpu, least } = medians(values);
    console.log(
      [
        name.padEnd(24),
        String(requests).padStart(8),
        `${(wall / 1000).toFixed(2)} s`.padStart(7),
        (wall / base.wall).toFixed(2).padStart(7),
        `${(cpu / 1000).toFixed(2)} s`.padStart(7),
        (cpu / base.cpu).toFixed(2).padStart(7),
        `${(least / 1000).toFixed(2)} s`.padStart(7),
        (least / base.least).toFixed(2).padStart(7),
        `${((least - base.least) / 1000).toFixed(2)} s`.padStart(7),
      ].join(' '),
    );
  }
}

function medians(values) {
  const of = (key) => values.map((value) => value[key]).sort((a, b) => a - b)[values.length >> 1];
  const least = Math.min(...values.map(({ cpu }) => cpu));
  return { requests: of('requests'), wall: of('wall'), cpu: of('cpu'), least };
}
