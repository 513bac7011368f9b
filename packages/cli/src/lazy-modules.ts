/*
 * Packages that are loaded when a command first needs them: `--help` and `--version` need none of them, and most
 * commands need no templates. Plain require, because import() starts the ES module loader, which takes longer than the rest.
 */

export function loadCore(): typeof import('@holdfast/core') {
  return require('@holdfast/core') as typeof import('@holdfast/core');
}

export function loadCloudFormation(): typeof import('@holdfast/cloudformation') {
  return require('@holdfast/cloudformation') as typeof import('@holdfast/cloudformation');
}

export function loadYaml(): typeof import('yaml') {
  return require('yaml') as typeof import('yaml');
}
