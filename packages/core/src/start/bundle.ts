import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { cacheFolder } from '../packing/cache-folder.js';
import { keepCompiledCode, readCompiledCode } from './keep.js';

/** A bundle that a command starts from. */
export interface Bundle {
  /** The folder that its files lie in, with `main.js`. */
  readonly folder: string;
  /** Tells it from every other bundle. */
  readonly digest: string;
}

interface Main {
  main(argv: readonly string[], ...more: readonly unknown[]): unknown;
}

/** Options that take the next word and come before a command. */
const WITH_VALUE = new Set(['--store', '--repository']);
const WORD = /^[a-z][a-z-]{0,23}$/;
const PARAMETERS = 'exports, require, module, __filename, __dirname, __evaluated';

/**
 * Runs a bundle's command line, with the code that V8 compiled when the same command ran before. Node's own cache of compiled code is
 * filled before anything has run, so that it lacks nearly every function, and to compile these takes a short command a third of its time.
 *
 * @param more what the bundle's `main` is given after the words
 *
 * `NODE_DISABLE_COMPILE_CACHE` and `NODE_COMPILE_CACHE` mean what they mean to Node.
 */
export function startBundle(
  { folder, digest }: Bundle,
  argv: readonly string[],
  ...more: readonly unknown[]
): void {
  const main = join(folder, 'main.js');
  const nodes = createRequire(main);
  if ((process.env['NODE_DISABLE_COMPILE_CACHE'] ?? '') !== '') {
    (nodes(main) as Main).main(argv, ...more);
    return;
  }
  const { versions, arch } = process;
  const keptAs = (name: string): string =>
    join(keptIn(), `${commandOf(argv)}-${name}-${digest}-${versions.v8}-${arch}.code`);
  const loaded = new Map<string, { exports: unknown }>();
  const load = (name: string): unknown => {
    let module = loaded.get(name);
    if (module === undefined) {
      module = { exports: {} };
      loaded.set(name, module);
      loadFile(folder, name, module, keptAs(name), require);
    }
    return module.exports;
  };
  const own = (id: string): unknown => (id.startsWith('./') ? load(id.slice(2)) : nodes(id));
  const require = Object.assign(own, { ...nodes, resolve: nodes.resolve });
  (load('main.js') as Main).main(argv, ...more);
}

function keptIn(): string {
  const chosen = process.env['NODE_COMPILE_CACHE'] ?? '';
  return chosen === '' ? join(cacheFolder(), 'code') : join(chosen, 'holdfast');
}

/** Commands use different parts of a bundle, so what was compiled is kept for each. */
function commandOf(argv: readonly string[]): string {
  let at = 0;
  while (argv[at]?.startsWith('-') === true) at += WITH_VALUE.has(argv[at] ?? '') ? 2 : 1;
  const word = argv[at] ?? '';
  return WORD.test(word) ? word : 'none';
}

/** Evaluates a file as Node does, and keeps what was compiled when the process ends well. */
function loadFile(
  folder: string,
  name: string,
  module: { exports: unknown },
  keptAs: string,
  require: NodeJS.Require,
): void {
  const path = join(folder, name);
  const { size, mtimeMs } = statSync(path);
  const stamp = `${size} ${mtimeMs}`;
  const kept = readCompiledCode(keptAs);
  const known = kept?.stamp === stamp ? kept : undefined;
  // esbuild writes ASCII only.
  const script = new Script(`(function (${PARAMETERS}) {${readFileSync(path, 'latin1')}\n})`, {
    filename: path,
    ...(known === undefined ? {} : { cachedData: known.code }),
  });
  const evaluated: string[] = [];
  process.once('exit', (code) => {
    const complete =
      script.cachedDataRejected === false && evaluated.every((name) => known?.modules.has(name));
    // A machine of a continuous integration seldom runs a command twice.
    if (code !== 0 || complete || (process.env['CI'] ?? '') !== '') return;
    const modules = new Set([...(known?.modules ?? []), ...evaluated]);
    keepCompiledCode(keptAs, { stamp, modules, code: script.createCachedData() });
  });
  const evaluate = script.runInThisContext() as (...values: readonly unknown[]) => void;
  evaluate(module.exports, require, module, path, folder, evaluated);
}
