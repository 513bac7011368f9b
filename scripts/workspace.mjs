// Where things are, and the environment in which the project's own commands run.
// Plain JavaScript for any Node >= 20, without dependencies: it runs before anything is installed.
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The runtime that the workspace pins: the program itself, not the shell script that npm puts beside it. */
export const pinnedNode = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/**
 * The caller's environment with the pinned runtime first on PATH. Less npm's own variables, so that a command does the same
 * whether npm started it or not, and less what would point a test at the caller's store or account.
 */
export function pinnedEnvironment() {
  const foreign = /^(npm_|INIT_CWD$|HOLDFAST_|AWS_)/i;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const environment = Object.fromEntries(kept);
  const pathName = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const bin = join(root, 'node_modules/.bin');
  environment[pathName] = [bin, environment[pathName] ?? ''].join(delimiter);
  return environment;
}
