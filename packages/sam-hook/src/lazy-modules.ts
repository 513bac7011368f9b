/*
 * What a run may not need is loaded when it is first called for. Plain require, because import() starts the ES module loader, which takes
 * longer than the rest.
 */

export function loadCloudFormation(): typeof import('@holdfast/cloudformation') {
  return require('@holdfast/cloudformation') as typeof import('@holdfast/cloudformation');
}

export function loadYaml(): typeof import('yaml') {
  return require('yaml') as typeof import('yaml');
}

export function loadToml(): typeof import('smol-toml') {
  return require('smol-toml') as typeof import('smol-toml');
}

export function loadSession(): typeof import('./session.js') {
  return require('./session.js') as typeof import('./session.js');
}

export function loadDeploy(): typeof import('./deploy.js') {
  return require('./deploy.js') as typeof import('./deploy.js');
}

export function loadPackage(): typeof import('./package-command.js') {
  return require('./package-command.js') as typeof import('./package-command.js');
}

export function loadSettle(): typeof import('./settle.js') {
  return require('./settle.js') as typeof import('./settle.js');
}

export function loadDelete(): typeof import('./delete.js') {
  return require('./delete.js') as typeof import('./delete.js');
}

export function loadEject(): typeof import('./eject.js') {
  return require('./eject.js') as typeof import('./eject.js');
}

export function loadTranslator(): typeof import('./translator.js') {
  return require('./translator.js') as typeof import('./translator.js');
}

/** The version of this package. */
export function loadRelease(): string {
  return (require('@holdfast/sam-hook/package.json') as { readonly version: string }).version;
}
