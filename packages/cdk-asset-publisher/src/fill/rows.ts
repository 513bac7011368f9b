import { rowsOf, type ArtifactRow } from '@holdfast/cloudformation';

/** The row of the table of artifact properties that a place below `Properties` is in, and the part of the path that is the row's. */
export function rowAt(
  type: string,
  path: readonly string[],
): { readonly row: ArtifactRow; readonly property: string } | undefined {
  for (const row of rowsOf(type)) {
    if (row.path.length > path.length) continue;
    if (row.path.every((part, i) => part === '*' || part === path[i]))
      return { row, property: path.slice(0, row.path.length).join('.') };
  }
  return undefined;
}

/** A map with one key that is a function of CloudFormation's. */
export function isFunction(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]!.startsWith('Fn::'));
}
