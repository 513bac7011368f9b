export { cacheFolder } from './cache-folder.js';
export { IGNORE_FILE } from './ignore-rules.js';
export type { PackedEntry, PackIndex } from './pack-index.js';
export { packTree, type PackOptions, type PackResult } from './pack-tree.js';
export type { Previous } from './previous-zip.js';
export { readTree, treeOfFile } from './read-tree.js';
export { digestTree, PACKING_FORMAT, type TreeDigest } from './tree-digest.js';
export type { AskForShape, TreeShape } from './tree-shape.js';
export type {
  ContentSource,
  DirectoryEntry,
  FileEntry,
  FileStamp,
  LinkEntry,
  Tree,
  TreeEntry,
} from './tree.js';
export { TreeMemory, type RecognisedTree } from './tree-memory.js';
export { treeDigestOfZip } from './zip-tree-digest.js';
