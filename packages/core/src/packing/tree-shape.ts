import { hash } from 'node:crypto';
import { PACKING_FORMAT } from './tree-digest.js';
import { weightOf, type TreeEntry } from './tree.js';

/** A tree's shape as it is written everywhere: `shape1:` and 64 lower-case hexadecimal digits; 1 is the packing format. */
export type TreeShape = `shape${number}:${string}`;

/** Asks whether somebody may have published a tree of this shape. */
export type AskForShape = (shape: TreeShape) => Promise<boolean>;

/** What reading a tree must cost before it is worth a request to ask for its shape first, in the bytes of {@link weightOf}. */
const WORTH_ASKING = 16 * 1024 * 1024;

/**
 * The shape of a tree: the SHA-256 over the sizes of its files, smallest first. Trees of one digest have one shape, and it is known without
 * reading a file. Undefined for a tree that is read in less time than a store takes to answer.
 */
export function shapeOf(tree: { readonly entries: readonly TreeEntry[] }): TreeShape | undefined {
  const files = tree.entries.filter((entry) => entry.kind === 'file');
  if (files.reduce((sum, file) => sum + weightOf(file), 0) < WORTH_ASKING) {
    return undefined;
  }
  const sizes = Float64Array.from(files, ({ size }) => size).sort();
  return `shape${PACKING_FORMAT}:${hash('sha256', sizes.join(), 'hex')}`;
}
