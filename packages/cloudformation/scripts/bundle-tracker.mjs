// Bundles the tracker's handler and everything that it loads into one file, dist/tracker-bundle/index.js: what
// `holdfast bootstrap --tracker` publishes and gives Lambda. Wants the packages built.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..');

await build({
  entryPoints: [join(folder, 'dist/tracker/lambda-entry.js')],
  outfile: join(folder, 'dist/tracker-bundle/index.js'),
  absWorkingDir: folder,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  minify: true,
  // Names of functions and classes stand in error messages.
  keepNames: true,
  // The embedded engines' database, which a function in AWS never opens.
  external: ['better-sqlite3'],
  legalComments: 'none',
  logLevel: 'warning',
});
