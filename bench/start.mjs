/**
 * How long short commands take, whole processes, against Node's own start, as ratios of one run:
 *
 *     pnpm build && node bench/start.mjs [rounds] [the folder of another checkout, built too]
 *
 * The store of `aws:` is ministack's on loopback. With another checkout, its commands take their turns in the same run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentFor, makeStore, startEmulator } from './support/ministack.mjs';
import { compare, print } from './support/rounds.mjs';

const rounds = Number(process.argv[2] ?? 21);
const core = fileURLToPath(new URL('../packages/core/package.json', import.meta.url));
const here = fileURLToPath(new URL('../', import.meta.url));
const bin = 'packages/cli/bin/holdfast.js';
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const file = join(scratch, 'file');
const store = `file:${join(scratch, 'store')}`;
const emulator = await startEmulator();
const env = environmentFor(emulator.port);
const WORDS = {
  'holdfast --version': ['--version'],
  'holdfast --help': ['--help'],
  'holdfast list, 20 artifacts': ['list', '--store', store],
  'holdfast show, 1 version': ['show', 'team/artifact-7:1', '--store', store],
  'holdfast list, aws:': ['list', '--store', 'aws:'],
};
const checkouts = [['', here], ...process.argv.slice(3).map((folder) => [', the other', folder])];
const ours = Object.entries(WORDS).flatMap(([name, words]) =>
  checkouts.map(([suffix, folder]) => [
    name + suffix,
    { command: [process.execPath, join(folder, bin), ...words], env, against: 'node -e 0' },
  ]),
);

try {
  writeFileSync(file, 'content');
  const { openStore } = createRequire(core)('./dist/index.js');
  const open = await openStore(store);
  for (let i = 0; i < 20; i += 1) {
    await open.publish({ id: `team/artifact-${i}`, source: { kind: 'path', path: file } });
  }
  await open.close();
  print(`node ${process.versions.node}; the limit is node -e 0`);
  await makeStore(env);
  compare(
    'start',
    { 'node -e 0': { command: [process.execPath, '-e', '0'] }, ...Object.fromEntries(ours) },
    rounds,
  );
} finally {
  emulator.stop();
  rmSync(scratch, { recursive: true, force: true });
}
