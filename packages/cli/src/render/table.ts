import type { Palette } from './palette.js';
import { printable } from './printable.js';

/**
 * Rows under a header, in columns two spaces apart. No trailing spaces; nothing for no rows.
 * Cells are made printable; the last column is never padded.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  palette: Palette,
): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => row.map(printable));
  const widths = header.map((title, column) =>
    cells.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [palette.dim(line(header.map((title) => title.toUpperCase()))), ...cells.map(line)];
}

/** Names and values in two columns; entries without a value are left out. */
export function renderFields(
  fields: readonly (readonly [name: string, value: string | undefined])[],
  palette: Palette,
): readonly string[] {
  const present = fields.filter((field): field is readonly [string, string] => field[1] !== undefined);
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${palette.dim(name.padEnd(width))}  ${printable(value)}`);
}
