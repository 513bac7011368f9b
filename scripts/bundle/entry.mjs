// The bundles of one command, or of the plugin: its own code with the workspace's packages, and beside it the clients of AWS.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../workspace.mjs';
import { common, esbuild } from './esbuild.mjs';
import { lazyBuiltins } from './lazy-builtins.mjs';
import { writeLicences } from './licences.mjs';
import { ownModules, sdkModules } from './own-modules.mjs';
import { bundleSdk } from './sdk.mjs';
import { notingModules, writeStarter } from './starter.mjs';

/**
 * Writes packages/<name>/dist/<to>. All but the clients is one file, main.js: a module that stood in two files would be two modules.
 *
 * @param entry the file of dist that it begins with
 * @param watch whether to go on, and bundle again whenever a file changes
 */
export async function bundleEntry(name, { entry, to, watch }) {
  const folder = join(root, 'packages', name);
  const outdir = join(folder, 'dist', to);
  const used = new Map();
  const options = {
    ...common,
    absWorkingDir: root,
    entryPoints: [{ in: join(folder, 'dist', entry), out: 'main' }],
    outdir,
    format: 'cjs',
    // import() of another file would start Node's loader of ES modules, which takes longer than the file.
    supported: { 'dynamic-import': false },
    plugins: [
      sdkModules(used),
      ownModules(folder),
      lazyBuiltins,
      whenBundled(used, outdir, to === 'command'),
    ],
  };
  await rm(outdir, { recursive: true, force: true });
  if (watch) await (await esbuild.context(options)).watch();
  else await esbuild.build(options);
}

/** Which clients there must be, and what of them, is known from the code that uses them. */
function whenBundled(used, outdir, isCommand) {
  return {
    name: 'aws-sdk',
    setup(build) {
      build.onEnd(async ({ metafile, errors }) => {
        if (errors.length > 0) return;
        const sdk = await bundleSdk({ used, own: metafile, outdir });
        if (isCommand) {
          const main = join(outdir, 'main.js');
          await writeFile(main, notingModules(await readFile(main, 'utf8')));
          await writeStarter(outdir);
        }
        writeLicences([metafile, sdk], join(outdir, 'THIRD-PARTY-LICENSES.txt'));
      });
    },
  };
}
