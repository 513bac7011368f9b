/**
 * Directory names that mark what lies below them as dependencies: npm, pip, and Go, Ruby or PHP vendoring.
 * They change seldom, so they come first: a later change to own code then leaves the front of a zip as it was.
 * The list is part of the packing format, see {@link PACKING_FORMAT}.
 */
const DEPENDENCY_DIRECTORIES: readonly string[] = ['node_modules', 'site-packages', 'vendor'];

const DEPENDENCY_PREFIXES = DEPENDENCY_DIRECTORIES.map((name) => ({ first: `${name}/`, later: `/${name}/` }));

const SURROGATE = /[\ud800-\udfff]/;

/** Returns the entries sorted by the UTF-8 bytes of their paths. JavaScript's own order differs where surrogate pairs are involved. */
export function sortedBytewise<E extends { readonly path: string }>(entries: readonly E[]): E[] {
  if (isSortedBytewise(entries)) {
    return [...entries];
  }
  if (entries.some(({ path }) => SURROGATE.test(path))) {
    return [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  }
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** True only when they are sorted, and no two have the same path; it may be false of paths with surrogate pairs. */
export function isSortedBytewise(entries: readonly { readonly path: string }[]): boolean {
  let previous = '';
  for (const { path } of entries) {
    if (path <= previous || SURROGATE.test(path)) {
      return false;
    }
    previous = path;
  }
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
  return [...sortedBytewise(dependencies), ...sortedBytewise(own)];
}
