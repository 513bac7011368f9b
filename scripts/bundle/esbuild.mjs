// The one esbuild of the workspace, which @holdfast/cloudformation bundles its tracker with.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

export const esbuild = createRequire(join(root, 'packages/cloudformation/package.json'))('esbuild');

/** What all bundles have in common. Identifiers stay, for stack traces. */
export const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
};
