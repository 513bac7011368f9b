import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { Engine, EngineOptions } from '../ports/index.js';

type OpenEngine = (url: string, options: EngineOptions) => Engine | Promise<Engine>;

/** An engine's code is loaded when a URL asks for it; by plain require, which starts faster than import(). */
const ENGINES: Readonly<Record<string, () => OpenEngine>> = {
  aws: () => (require('./aws/index.js') as typeof import('./aws/index.js')).openAwsEngine,
  file: () => (require('./file/index.js') as typeof import('./file/index.js')).openFileEngine,
  memory: () => (require('./memory/index.js') as typeof import('./memory/index.js')).openMemoryEngine,
};

/** Opens the engine of a store URL. Throws `invalid-input` for a scheme that there is no engine for. */
export async function openEngine(url: string, options: EngineOptions = {}): Promise<Engine> {
  const scheme = /^([a-z]+):/.exec(url)?.[1] ?? '';
  const load = Object.hasOwn(ENGINES, scheme) ? ENGINES[scheme] : undefined;
  if (load === undefined) {
    throw new HoldfastError('invalid-input', `store URL ${quote(url)} is of no known kind`, {
      hint: `Known kinds: ${Object.keys(ENGINES).join(', ')}. On one machine: file:<folder>; for a team: aws:`,
    });
  }
  return load()(url, options);
}
