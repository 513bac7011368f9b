import { expect, test } from '@jest/globals';
import { shapeOf } from '../../../src/packing/tree-shape.js';
import type { TreeEntry } from '../../../src/packing/tree.js';

const file = (path: string, size: number, text = ''): TreeEntry => ({
  kind: 'file',
  path,
  mode: 0o644,
  size,
  source: { bytes: Buffer.from(text) },
});
const large = file('large', 20_000_000);

const shape = (...entries: TreeEntry[]): string | undefined => shapeOf({ entries });

test('depends on the sizes of files, and on nothing else', () => {
  const one = shape(large, file('a', 5, 'one'));
  expect(one).toMatch(/^shape1:[0-9a-f]{64}$/);
  expect(shape(file('a', 5, 'other'), large)).toBe(one);
  expect(shape(file('b', 5), large)).toBe(one);
  expect(shape(file('z', 5), large)).toBe(one);
  expect(shape({ kind: 'symlink', path: 'l', target: 'a' }, file('a', 5), large)).toBe(one);
  expect(shape(file('a', 6), large)).not.toBe(one);
  expect(shape(file('a', 5), file('b', 0), large)).not.toBe(one);
});

test('a tree that is read in no time has none', () => {
  expect(shape(file('a', 10_000_000))).toBeUndefined();
  expect(shape(...Array.from({ length: 900 }, (_, i) => file(`f${i}`, 10)))).toBeUndefined();
  expect(shape(...Array.from({ length: 1100 }, (_, i) => file(`f${i}`, 10)))).toBeDefined();
});
