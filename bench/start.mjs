/**
 * How long short commands take, whole processes, against Node's own start, as ratios of one run:
 *
 *     pnpm build && node bench/start.mjs [rounds]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, print } from './support/rounds.mjs';

const rounds = Number(process.argv[2] ?? 21);
const core = fileURLToPath(new URL('../packages/core/package.json', import.meta.url));
const holdfast = fileURLToPath(new URL('../packages/cli/bin/holdfast.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const file = join(scratch, 'file');
const store = `file:${join(scratch, 'store')}`;
const ours = (...words) => ({ command: [process.execPath, holdfast, ...words], against: 'node -e 0' });

try {
  writeFileSync(file, 'content');
  const { openStore } = createRequire(core)('./dist/index.js');
  const open = await openStore(store);
  for (let i = 0; i < 20; i += 1) {
    await open.publish({ id: `team/artifact-${i}`, source: { kind: 'path', path: file } });
  }
  await open.close();
  print(`node ${process.versions.node}; the limit is node -e 0`);
  compare(
    'start',
    {
      'node -e 0': { command: [process.execPath, '-e', '0'] },
      'holdfast --version': ours('--version'),
      'holdfast --help': ours('--help'),
      'holdfast list, 20 artifacts': ours('list', '--store', store),
      'holdfast show, 1 version': ours('show', 'team/artifact-7:1', '--store', store),
    },
    rounds,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
