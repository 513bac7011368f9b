// Modules of Node that take milliseconds to load (`node:crypto` takes nine) and that most commands load without calling anything of them.
import { createRequire } from 'node:module';

const LAZY = [
  'child_process',
  'crypto',
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

/** Puts an object in the place of each, with the same properties, which loads the module when one of them is asked for. */
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
  const getters = Object.keys(load(name)).map((key) => `get ${key}() { return require('${name}').${key}; }`);
  return `module.exports = {\n${getters.join(',\n')}\n};`;
}
