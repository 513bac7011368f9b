/**
 * The report of `holdfast gc` over a large embedded store, as a whole process: time, memory, and the requests that
 * `cdk gc` makes for as many stacks and objects (2 per stack and 1 per object).
 *
 *     pnpm build && node bench/gc.mjs [versions] [stacks] [rounds]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillStore } from './support/fill-store.mjs';

const [versions = 100_000, stacks = 10_000, rounds = 5] = process.argv.slice(2).map(Number);
const REFERENCES_PER_STACK = 20;
const core = fileURLToPath(new URL('../packages/core/package.json', import.meta.url));
const holdfast = fileURLToPath(new URL('../packages/cli/bin/holdfast.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const folder = join(scratch, 'store');
const memory = join(scratch, 'memory.txt');
const preload = join(scratch, 'preload.cjs');
const env = { ...process.env, NODE_OPTIONS: `--require=${preload}` };
// Where it is set it costs every Node process 70 ms before the first line runs.
delete env.NODE_EXTRA_CA_CERTS;

/** One process: milliseconds by the clock and of the processor, and the most memory it had, in MB. */
function run(...args) {
  const start = performance.now();
  const out = openSync(join(scratch, 'out.txt'), 'w');
  const result = spawnSync(process.execPath, args, { env, stdio: ['ignore', out, 'pipe'] });
  const wall = performance.now() - start;
  if (result.status !== 0) throw new Error(String(result.stderr));
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(memory, 'utf8'));
  return { wall, cpu: (userCPUTime + systemCPUTime) / 1000, memory: maxRSS / 1024 };
}

/**
 * Requests of the report on `aws:`, which reads what decides from end to end, a megabyte with each. The bytes of items are what that test
 * measures; the rest is the lifecycle, the repository, replicas, what is due and what is being removed.
 */
function awsRequests(versions, references) {
  const BYTES = { version: 518, use: 351, content: 243, formerUse: 202 };
  const FORMER_PARTITIONS = 8;
  const pages = (bytes) => Math.max(1, Math.ceil(bytes / 2 ** 20));
  return (
    pages(BYTES.version * versions + BYTES.use * references) +
    pages(BYTES.content * versions) +
    FORMER_PARTITIONS * pages((BYTES.formerUse * references) / FORMER_PARTITIONS) +
    8
  );
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  writeFileSync(
    preload,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(memory)}, JSON.stringify(process.resourceUsage())));`,
  );
  const started = performance.now();
  const { openStore } = createRequire(core)('./dist/index.js');
  await fillStore({
    openStore,
    sqlite: createRequire(core)('better-sqlite3'),
    folder,
    versions,
    stacks,
    referencesPerStack: REFERENCES_PER_STACK,
  });
  console.log(
    `${versions} versions, ${stacks} stacks with ${REFERENCES_PER_STACK} references each; made in ${Math.round(performance.now() - started)} ms`,
  );
  const subjects = {
    'node -e 0': ['-e', '0'],
    'holdfast gc --json': [holdfast, 'gc', '--store', `file:${folder}`, '--json'],
    'holdfast gc': [holdfast, 'gc', '--store', `file:${folder}`],
  };
  const runs = new Map(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, args] of Object.entries(subjects)) {
      const result = run(...args);
      runs.get(name).push(result);
      if (name.endsWith('--json') && round === 0) {
        const { items } = JSON.parse(readFileSync(join(scratch, 'out.txt'), 'utf8'));
        const counts = Object.groupBy(items, ({ action }) => action);
        const shown = Object.entries(counts).map(([action, list]) => `${list.length} ${action}`);
        console.log(`the report: ${shown.join(', ')}`);
      }
    }
  }
  for (const [name, results] of runs) {
    const walls = results.map(({ wall }) => wall);
    console.log(
      `${name.padEnd(20)} median ${Math.round(median(walls))} ms, best ${Math.round(Math.min(...walls))} ms, cpu ${Math.round(median(results.map(({ cpu }) => cpu)))} ms, memory at most ${Math.round(Math.max(...results.map((it) => it.memory)))} MB`,
    );
  }
  const cdk = 2 * stacks + versions;
  const aws = awsRequests(versions, stacks * REFERENCES_PER_STACK);
  console.log(
    `cdk gc would make ${cdk} requests (2 for a stack, 1 for an object); the embedded engine makes none`,
  );
  console.log(
    `the report on aws: takes ${aws} by the formula that packages/core/test/contract/aws-gc-requests.test.ts counts: 1/${Math.floor(cdk / aws)}`,
  );
  console.log(
    `${cpus().length} processors (${cpus()[0]?.model}), load ${loadavg()[0].toFixed(1)}, node ${process.version}`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
