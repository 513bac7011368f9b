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
  return [...tableLines(header, rows, palette)];
}

/** Like {@link renderTable}, a line at a time, for tables of any length. */
export function* tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  palette: Palette,
): Generator<string> {
  if (rows.length === 0) return;
  const widths = header.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, printable(row[column] ?? '').length), title.length),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  yield palette.dim(line(header.map((title) => title.toUpperCase())));
  for (const row of rows) yield line(row);
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
