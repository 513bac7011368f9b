/**
 * What the embedded engine does in one process: contents of 1 KB stored, known and read, beside cacache (which flushes nothing to the disk),
 * and the check before a deletion, over a large store.
 *
 *     pnpm build && node bench/embedded.mjs [rounds] [versions] [stacks]
 */
import cacache from 'cacache';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { fillStore } from './support/fill-store.mjs';

const [rounds = 5, versions = 100_000, stacks = 10_000] = process.argv.slice(2).map(Number);
const CONTENTS = 500;
const BYTES = 1024;
const AT_ONCE = 16;
const CHECKS = 2_000;
const core = createRequire(fileURLToPath(new URL('../packages/core/package.json', import.meta.url)));
const { openStore } = core('./dist/index.js');
const { openEngine } = core('./dist/engines/open.js');
const peer = JSON.parse(
  readFileSync(join(dirname(createRequire(import.meta.url).resolve('cacache')), '../package.json'), 'utf8'),
);
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const perSecond = (count, ms) => Math.round((count * 1000) / ms);

/** Milliseconds that the work takes for all of the contents, so many at once. */
async function timed(contents, atOnce, work) {
  const start = performance.now();
  const queue = contents.values();
  const worker = async () => {
    for (const content of queue) await work(content);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return performance.now() - start;
}

async function drain(stream) {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

/** One round of every subject: operations a second, by the operation and who does it. */
async function round(number) {
  const contents = Array.from({ length: CONTENTS }, (_, i) => {
    const bytes = randomBytes(BYTES);
    return {
      bytes,
      id: `a-${number}-${i}`,
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    };
  });
  const cache = join(scratch, `cacache-${number}`);
  const url = `file:${join(scratch, `store-${number}`)}`;
  const engine = await openEngine(url);
  const store = await openStore(`${url}-whole`);
  const copy = ({ digest }) => ({ repository: 'default', digest, generation: 1 });
  const put = (content) => engine.content.put(copy(content), { open: () => Readable.from([content.bytes]) });
  const publish = ({ id, bytes }) => store.publish({ id, source: { kind: 'bytes', bytes } });
  const subjects = [
    ['put', 'cacache', 1, ({ id, bytes }) => cacache.put(cache, id, bytes)],
    ['put', 'the engine, durable', 1, put],
    [
      'put',
      'the engine, durable, 16 at once',
      AT_ONCE,
      (content) => put({ ...content, digest: content.other }),
    ],
    ['put', 'publish, durable, with version and event', 1, publish],
    ['put of known', 'cacache', 1, ({ id, bytes }) => cacache.put(cache, id, bytes)],
    ['put of known', 'the engine', 1, (content) => engine.content.has(copy(content))],
    ['put of known', 'publish, durable', 1, publish],
    ['verified get', 'cacache', 1, ({ id }) => cacache.get(cache, id)],
    ['verified get', 'the store', 1, async ({ id }) => drain((await store.open(`${id}:1`)).stream)],
    [
      'verified get',
      'the store, 16 at once',
      AT_ONCE,
      async ({ id }) => drain((await store.open(`${id}:1`)).stream),
    ],
  ];
  const others = contents.map(({ id }) => {
    const bytes = randomBytes(BYTES);
    const other = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    return { id, bytes, other };
  });
  const results = [];
  for (const [operation, who, atOnce, work] of subjects) {
    const material = operation === 'put' && atOnce > 1 ? others : contents;
    results.push([operation, who, perSecond(CONTENTS, await timed(material, atOnce, work))]);
  }
  await store.close();
  await engine.catalog.close();
  return results;
}

/** Microseconds in the engine, over a store with many versions and stacks, of deletions that are refused. */
async function deleteCheck() {
  const folder = join(scratch, 'large');
  const sqlite = core('better-sqlite3');
  await fillStore({ openStore, sqlite, folder, versions, stacks, referencesPerStack: 20 });
  const { catalog } = await openEngine(`file:${folder}`);
  const used = [];
  for (const consumer of await catalog.listConsumers({ limit: CHECKS })) {
    const { references } = await catalog.getConsumer(consumer);
    if (references[0] !== undefined) used.push(references[0].version);
  }
  const { references } = await catalog.usageOf(used[0]);
  // The one statement by which the engine decides and deletes. It changes nothing here: all of them are in use.
  const db = new sqlite(join(folder, 'catalog.sqlite'));
  const statement = db.prepare(
    `UPDATE versions AS v SET state = 'condemned' WHERE id = ? AND ${core('./dist/engines/sqlite/deletion.js').NOT_IN_USE}`,
  );
  const rowOf = db.prepare(
    'SELECT v.id FROM versions v JOIN artifacts a ON a.id = v.artifact_id WHERE a.name = ? AND v.number = ?',
  );
  const rows = new Map(used.map((key) => [key, rowOf.pluck().get(key.id, key.number)]));
  const at = new Date().toISOString();
  const quiet = () => true;
  const operations = {
    'the check': (key) => statement.run(rows.get(key)),
    [`refused, with its ${references.length} users`]: (key) =>
      catalog.condemnVersion(key, at, { by: 'bench', at }, quiet),
  };
  for (const [name, operation] of Object.entries(operations)) {
    const times = [];
    for (let i = 0; i < rounds + 1; i += 1) {
      const start = performance.now();
      for (const key of used) await operation(key);
      if (i > 0) times.push(((performance.now() - start) * 1000) / used.length);
    }
    const least = Math.min(...times);
    print(
      `  ${name.padEnd(28)} median ${median(times).toFixed(1)} us, least ${least.toFixed(1)} us; ${(median(times) / 20).toFixed(2)} x 20 us`,
    );
  }
  db.close();
  await catalog.close();
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

try {
  print(
    `contents of ${BYTES} bytes, ${CONTENTS} in each of ${rounds} rounds, operations a second (median); cacache ${peer.version}`,
  );
  await round('warm');
  const all = [];
  for (let i = 0; i < rounds; i += 1) all.push(await round(i));
  const peers = new Map();
  for (const [i, [operation, who]] of all[0].entries()) {
    const rate = median(all.map((results) => results[i][2]));
    if (who === 'cacache') peers.set(operation, rate);
    const ratio = who === 'cacache' ? '' : `; ${(rate / peers.get(operation)).toFixed(1)} x cacache`;
    print(`  ${operation.padEnd(13)} ${who.padEnd(42)} ${String(rate).padStart(7)}${ratio}`);
  }
  print(`\nthe check before a deletion, ${versions} versions, ${stacks} stacks with 20 references each`);
  await deleteCheck();
  print(
    `\n${cpus().length} processors (${cpus()[0]?.model}), load ${loadavg()[0].toFixed(1)}, node ${process.version}`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
