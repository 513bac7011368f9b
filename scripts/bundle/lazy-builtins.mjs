// Modules of Node that take milliseconds to load (`node:crypto` takes nine) and that most commands load without calling anything of them.
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const LAZY = [
  'child_process',
  'crypto',
  'fs/promises',
  'http',
  'http2',
  'https',
  'net',
  'readline/promises',
  'worker_threads',
  'zlib',
];
const NAMESPACE = 'lazy-builtin';
const load = createRequire(import.meta.url);

/** Puts an object in the place of each, with the same properties, which loads the module when one of them is asked for or called. */
export const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${LAZY.join('|')})$`) }, ({ path, namespace }) =>
      namespace === NAMESPACE
        ? { path, external: true }
        : { path: path.replace(/^node:/, ''), namespace: NAMESPACE },
    );
    build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({ contents: lazily(`node:${path}`) }));
  },
};

function lazily(name) {
  const properties = Object.entries(load(name)).map(([key, value]) =>
    isPlainFunction(key, value)
      ? `${key}(...values) { return require('${name}').${key}(...values); }`
      : `get ${key}() { return require('${name}').${key}; }`,
  );
  return `module.exports = {\n${properties.join(',\n')}\n};`;
}

/** Another function can stand in for it: it is no class, carries nothing, and `promisify` knows no other way with it. */
function isPlainFunction(key, value) {
  return (
    /^[a-z]/.test(key) &&
    typeof value === 'function' &&
    value[promisify.custom] === undefined &&
    Object.keys(value).length === 0
  );
}
