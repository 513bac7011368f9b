/*
 * What most commands of a host never need is loaded when it is first called for, so that a short command starts sooner.
 * Plain require, because import() starts the ES module loader, which takes longer than the modules themselves.
 */

export function loadPublish(): typeof import('./publish.js') {
  return require('./publish.js') as typeof import('./publish.js');
}

export function loadGc(): typeof import('./gc.js') {
  return require('./gc.js') as typeof import('./gc.js');
}

export function loadElsewhere(): typeof import('./others/elsewhere.js') {
  return require('./others/elsewhere.js') as typeof import('./others/elsewhere.js');
}

export function loadNoted(): typeof import('./others/noted.js') {
  return require('./others/noted.js') as typeof import('./others/noted.js');
}

export function loadGuard(): typeof import('../engines/guard/guard.js') {
  return require('../engines/guard/guard.js') as typeof import('../engines/guard/guard.js');
}

export function loadPolicies(): typeof import('./policies.js') {
  return require('./policies.js') as typeof import('./policies.js');
}

export function loadLifecycles(): typeof import('./lifecycles.js') {
  return require('./lifecycles.js') as typeof import('./lifecycles.js');
}

export function loadExplain(): typeof import('./explain.js') {
  return require('./explain.js') as typeof import('./explain.js');
}

export function loadWhereUsed(): typeof import('./where-used.js') {
  return require('./where-used.js') as typeof import('./where-used.js');
}

export function loadVerify(): typeof import('./verify.js') {
  return require('./verify.js') as typeof import('./verify.js');
}

export function loadReadingEvents(): typeof import('./reading-events.js') {
  return require('./reading-events.js') as typeof import('./reading-events.js');
}

export function loadRelay(): typeof import('./relay.js') {
  return require('./relay.js') as typeof import('./relay.js');
}

export function loadReplicate(): typeof import('./replicas/replicate.js') {
  return require('./replicas/replicate.js') as typeof import('./replicas/replicate.js');
}

export function loadCopy(): typeof import('./copy.js') {
  return require('./copy.js') as typeof import('./copy.js');
}

export function loadReading(): typeof import('./reading.js') {
  return require('./reading.js') as typeof import('./reading.js');
}

export function loadPacking(): typeof import('../packing/index.js') {
  return require('../packing/index.js') as typeof import('../packing/index.js');
}

/** What recognising a tree takes, without what only packing needs. */
export function loadTrees(): typeof import('../packing/trees.js') {
  return require('../packing/trees.js') as typeof import('../packing/trees.js');
}

export function loadRebuild(): typeof import('./rebuild/rebuild.js') {
  return require('./rebuild/rebuild.js') as typeof import('./rebuild/rebuild.js');
}

export function loadRebuildGuard(): typeof import('./rebuild/guard.js') {
  return require('./rebuild/guard.js') as typeof import('./rebuild/guard.js');
}
