// Lets Node run the workspace's TypeScript sources: `node --require <this file> some-file.ts`.
// For tests that need a process of their own (to kill it, or to see what it loads) before anything is built.
const { existsSync, readFileSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { transformSync } = require('@swc/core');

const packages = join(__dirname, '../packages');
const sources = {
  '@holdfast/core': join(packages, 'core/src/index.ts'),
  '@holdfast/core/testing': join(packages, 'core/src/testing/index.ts'),
  '@holdfast/cloudformation': join(packages, 'cloudformation/src/index.ts'),
};

/** The source that a specifier of a TypeScript file stands for, or undefined when it is no source of this workspace. */
function sourceOf(specifier, parentUrl) {
  const mapped = sources[specifier];
  if (mapped !== undefined) return pathToFileURL(mapped).href;
  if (!/^\.{1,2}\/.*\.js$/.test(specifier) || !parentUrl?.endsWith('.ts')) return undefined;
  const url = new URL(specifier.replace(/\.js$/, '.ts'), parentUrl);
  return existsSync(url) ? url.href : undefined;
}

registerHooks({
  resolve(specifier, context, next) {
    const url = sourceOf(specifier, context.parentURL);
    return url === undefined ? next(specifier, context) : { url, format: 'commonjs', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
      swcrc: false,
    });
    return { format: 'commonjs', source: code, shortCircuit: true };
  },
});
