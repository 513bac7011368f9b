// The clients of AWS's SDK, from its ES modules and without what nobody uses: to define the classes and schemas of hundreds of operations
// takes longer than to read them. All of them stand in one file, which evaluates what is asked for, so that it is read and compiled at once.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { root } from '../workspace.mjs';
import { common, esbuild } from './esbuild.mjs';
import { lazyBuiltins } from './lazy-builtins.mjs';
import { fileOf, SDK_FILE } from './own-modules.mjs';
import { namesUsed } from './sdk-names.mjs';

const ENTRY = 'sdk-entry';

/**
 * Writes the file.
 *
 * @param used where each package is found from, by name
 * @param own esbuild's metafile of the code that uses them
 * @returns esbuild's metafile
 */
export async function bundleSdk({ used, own, outdir }) {
  const files = Object.keys(own.outputs).filter((file) => file.endsWith('.js'));
  const code = (await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))).join('\n');
  const { outputFiles, metafile } = await esbuild.build({
    ...common,
    absWorkingDir: root,
    entryPoints: [...used.keys()].sort().map((name) => ({
      in: `${ENTRY}:${name}`,
      out: fileOf(name).slice(0, -'.js'.length),
    })),
    outdir,
    // Only ES modules are split into files that others share.
    format: 'esm',
    splitting: true,
    mainFields: ['module', 'main'],
    chunkNames: 'shared-[hash]',
    write: false,
    plugins: [entriesOf(used, code), lazyBuiltins],
  });
  const modules = [];
  for (const { path, text } of outputFiles) {
    if (path.endsWith('.js')) modules.push([basename(path), await asCommonJs(text)]);
    else await writeFile(join(outdir, basename(path)), text);
  }
  await writeFile(join(outdir, SDK_FILE), inOneFile(modules));
  return metafile;
}

/** Each module is evaluated when it is first asked for, as Node does it with files. */
function inOneFile(modules) {
  const functions = modules.map(
    ([name, text]) => `${JSON.stringify(name)}(exports, require, module) {${text.trim()}\n}`,
  );
  return `"use strict";
const modules = {${functions.join(',\n')}};
const loaded = new Map();
function load(name) {
  let module = loaded.get(name);
  if (module === undefined) {
    module = { exports: {} };
    loaded.set(name, module);
    modules[name](module.exports, (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id)), module);
    if (typeof __evaluated === 'object') __evaluated.push(name);
  }
  return module.exports;
}
exports.load = load;
`;
}

/** One module for each package, which exports what the code uses of it. */
function entriesOf(used, code) {
  return {
    name: ENTRY,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${ENTRY}:`) }, ({ path }) => ({
        path: path.slice(ENTRY.length + 1),
        namespace: ENTRY,
      }));
      build.onLoad({ filter: /./, namespace: ENTRY }, ({ path }) => ({
        contents: `export { ${namesUsed(path, used.get(path), code).join(', ')} } from '${path}';`,
        resolveDir: used.get(path),
      }));
    },
  };
}

async function asCommonJs(text) {
  const { code } = await esbuild.transform(text, {
    format: 'cjs',
    platform: 'node',
    target: common.target,
    minifyWhitespace: true,
    // Such as the providers of credentials, which are loaded when a profile asks for them.
    supported: { 'dynamic-import': false },
  });
  return code;
}
