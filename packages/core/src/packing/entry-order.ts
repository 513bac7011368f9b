/**
 * Directory names that mark what lies below them as dependencies: npm, pip, and Go, Ruby or PHP vendoring.
 * They change seldom, so they come first: a later change to own code then leaves the front of a zip as it was.
 * The list is part of the packing format, see {@link PACKING_FORMAT}.
 */
const DEPENDENCY_DIRECTORIES: readonly string[] = ['node_modules', 'site-packages', 'vendor'];

const DEPENDENCY_PREFIXES = DEPENDENCY_DIRECTORIES.map((name) => ({ first: `${name}/`, later: `/${name}/` }));

const SURROGATE = /[\ud800-\udfff]/;

/** What was found sorted, or made so: to look again takes as long as digesting the paths. */
const known = new WeakSet<readonly object[]>();

/** Returns the entries sorted by the UTF-8 bytes of their paths. JavaScript's own order differs where surrogate pairs are involved. */
export function sortedBytewise<E extends { readonly path: string }>(entries: readonly E[]): E[] {
  const sorted = [...entries];
  if (isSortedBytewise(entries)) {
    known.add(sorted);
  } else if (entries.some(({ path }) => SURROGATE.test(path))) {
    sorted.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  } else {
    sorted.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  }
  return sorted;
}

/**
 * True only when they are sorted, and no two have the same path; it may be false of paths with surrogate pairs. Of entries that are sorted,
 * no path may be changed any more.
 */
export function isSortedBytewise(entries: readonly { readonly path: string }[]): boolean {
  if (known.has(entries)) {
    return true;
  }
  let previous = '';
  for (const { path } of entries) {
    if (path <= previous || SURROGATE.test(path)) {
      return false;
    }
    previous = path;
  }
  known.add(entries);
  return true;
}

/** True when a directory above the path's last segment is one that holds dependencies. */
export function isDependency(path: string): boolean {
  return DEPENDENCY_PREFIXES.some(({ first, later }) => path.startsWith(first) || path.includes(later));
}

/** Returns the entries in packing order: dependencies first, own code last, each part sorted bytewise by path. */
export function inPackingOrder<E extends { readonly path: string }>(entries: readonly E[]): E[] {
  const dependencies: E[] = [];
  const own: E[] = [];
  for (const entry of entries) {
    (isDependency(entry.path) ? dependencies : own).push(entry);
  }
  // Of sorted entries each part is sorted.
  return isSortedBytewise(entries)
    ? [...dependencies, ...own]
    : [...sortedBytewise(dependencies), ...sortedBytewise(own)];
}
