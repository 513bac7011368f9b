import type { Palette } from './palette.js';
import { isPrintable, printable } from './printable.js';

/**
 * Rows under a header, in columns two spaces apart. No trailing spaces; nothing for no rows.
 * Cells are made printable; the last column is never padded.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  palette: Palette,
): readonly string[] {
  return [...tableLines(header, rows, palette)];
}

/** Like {@link renderTable}, a line at a time, for tables of any length. */
export function* tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  palette: Palette,
): Generator<string> {
  if (rows.length === 0) return;
  // A row is looked through once, as a whole: a table may have a hundred thousand.
  const shown = rows.map((row) => (isPrintable(row.join('')) ? row : row.map(printable)));
  const widths = header.slice(0, -1).map((title, column) => {
    let width = title.length;
    for (const row of shown) width = Math.max(width, row[column]?.length ?? 0);
    return width;
  });
  const line = (row: readonly string[]): string => {
    let text = '';
    widths.forEach((width, column) => (text += `${(row[column] ?? '').padEnd(width)}  `));
    return (text + (row[widths.length] ?? '')).trimEnd();
  };
  yield palette.dim(line(header.map((title) => title.toUpperCase())));
  for (const row of shown) yield line(row);
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
