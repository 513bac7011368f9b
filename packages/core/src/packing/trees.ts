/* What tells whether a tree was packed before. Loads no compressor: an unchanged tree is the usual case, and has no need of one. */
export { cacheFolder } from './cache-folder.js';
export { readTree, treeOfFile } from './read-tree.js';
export { digestDirectory } from './read-and-hash.js';
export { digestTree } from './tree-digest.js';
export { shapeOf } from './tree-shape.js';
export { TreeMemory } from './tree-memory.js';
