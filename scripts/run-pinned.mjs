// Runs a script with the pinned Node: `node scripts/run-pinned.mjs <script> [arguments]`.
// For any Node >= 20, without dependencies. Its exit code is the script's.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { pinnedEnvironment, pinnedNode } from './workspace.mjs';

const args = process.argv.slice(2);
if (args.length === 0) {
  console.error('Usage: node scripts/run-pinned.mjs <script> [arguments]');
  process.exit(2);
}
if (!existsSync(pinnedNode)) {
  console.error('The pinned Node is not installed. Run: node scripts/setup.mjs');
  process.exit(1);
}
const child = spawn(pinnedNode, args, { stdio: 'inherit', env: pinnedEnvironment() });
// A terminal sends its interrupt to the child as well; other signals reach only this process and are passed on.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on('close', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 1));
});
