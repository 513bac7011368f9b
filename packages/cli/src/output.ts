import type { Host } from './host.js';
import { createPalette, wantsColour, type Palette } from './render/palette.js';
import { printable } from './render/printable.js';
import { renderTable } from './render/table.js';

export interface OutputOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}

export interface Columns<Item> {
  readonly header: readonly string[];
  readonly row: (item: Item) => readonly string[];
}

/** Where a command's words go: data to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  /** The colours of stdout. */
  readonly palette: Palette;
  /** Prints a result: with `--json` the value as one document, otherwise the lines. */
  result(value: object, lines: () => Iterable<string>): Promise<void>;
  /** Prints a result of any length as it comes: with `--json` as the array `key` of one document, otherwise a line each. */
  stream<Item>(key: string, items: AsyncIterable<Item>, line: (item: Item) => string): Promise<number>;
  /** Like {@link stream}, with the lines as a table, which needs all of them before it prints the first. */
  table<Item>(key: string, items: AsyncIterable<Item>, columns: Columns<Item>): Promise<number>;
  /** Tells people what was done. Not printed with `--json`. */
  message(text: string): void;
  /** Tells people of something that they should look at; with `--json` as `{"warning": {"message": …}}`. */
  warning(text: string): void;
  /** Tells people what is going on: on a terminal one line that goes away, elsewhere only with `--verbose`. */
  progress(text: string): void;
  /** Takes the progress line away. */
  clearProgress(): void;
}

export function createOutput(host: Pick<Host, 'env' | 'stdout' | 'stderr'>, options: OutputOptions): Output {
  const { stdout } = host;
  const palette = createPalette(!options.json && wantsColour(stdout, host.env));
  let transient = false;
  const clearProgress = (): void => {
    if (transient) host.stderr.write('\r\u001b[2K');
    transient = false;
  };
  const print = (text: string): Promise<void> => {
    clearProgress();
    return write(stdout, text);
  };
  const output: Output = {
    json: options.json,
    palette,
    async result(value, lines) {
      if (options.json) {
        for (const part of jsonParts(value)) await print(part);
        return;
      }
      let some: string[] = [];
      for (const line of lines()) {
        if (some.push(line) < LINES_AT_ONCE) continue;
        await print(`${some.join('\n')}\n`);
        some = [];
      }
      if (some.length > 0) await print(`${some.join('\n')}\n`);
    },
    async stream(key, items, line) {
      let printed = 0;
      if (options.json) await print(`{${JSON.stringify(key)}: [`);
      for await (const item of items) {
        const text = options.json
          ? `${printed === 0 ? '' : ','}\n${JSON.stringify(item)}`
          : `${line(item)}\n`;
        await print(text);
        printed++;
      }
      if (options.json) await print(printed === 0 ? ']}\n' : '\n]}\n');
      return printed;
    },
    async table(key, items, { header, row }) {
      if (options.json) return output.stream(key, items, () => '');
      const rows: (readonly string[])[] = [];
      for await (const item of items) rows.push(row(item));
      await output.result({}, () => renderTable(header, rows, palette));
      return rows.length;
    },
    message(text) {
      if (options.json) return;
      clearProgress();
      host.stderr.write(`${printable(text)}\n`);
    },
    warning(text) {
      clearProgress();
      const { stderr } = host;
      const { yellow } = createPalette(wantsColour(stderr, host.env));
      const plain = `${yellow('warning:')} ${printable(text)}`;
      stderr.write(`${options.json ? JSON.stringify({ warning: { message: text } }) : plain}\n`);
    },
    progress(text) {
      if (options.json) return;
      const { stderr } = host;
      if (options.verbose) {
        stderr.write(`${printable(text)}\n`);
      } else if (stderr.isTTY) {
        transient = true;
        stderr.write(`\r\u001b[2K${printable(text).slice(0, Math.max(10, (stderr.columns || 80) - 1))}`);
      }
    },
    clearProgress,
  };
  return output;
}

/** How many lines, and entries of a list, are written at once: a long result is never in memory as one text. */
const LINES_AT_ONCE = 2000;

/** The value's JSON, indented by two, with a line break at its end. */
function* jsonParts(value: object): Generator<string> {
  const long = Object.entries(value).find(([, list]) => Array.isArray(list) && list.length > LINES_AT_ONCE);
  if (long === undefined) {
    yield `${JSON.stringify(value, null, 2)}\n`;
    return;
  }
  // No text within JSON has a line break, so that the place is found beyond doubt.
  const [key, list] = long as [string, readonly unknown[]];
  const frame = JSON.stringify({ ...value, [key]: [] }, null, 2);
  const place = `\n  ${JSON.stringify(key)}: [`;
  const at = frame.indexOf(`${place}]`) + place.length;
  yield frame.slice(0, at);
  for (let i = 0; i < list.length; i += LINES_AT_ONCE) {
    const part = JSON.stringify(list.slice(i, i + LINES_AT_ONCE), null, 2).slice(1, -2);
    yield (i === 0 ? '' : ',') + part.replaceAll('\n', '\n  ');
  }
  yield `\n  ${frame.slice(at)}\n`;
}

function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
