import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Styles a text for one stream; without colour every style is the text itself. */
export type Palette = Readonly<Record<Style, (text: string) => string>>;

const STYLES: readonly Style[] = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'];

export function createPalette(colour: boolean): Palette {
  const style = (name: Style) => (text: string) =>
    colour && text !== '' ? styleText(name, text, { validateStream: false }) : text;
  return Object.fromEntries(STYLES.map((name) => [name, style(name)])) as Palette;
}

/**
 * Whether a stream gets colours. FORCE_COLOR wins over NO_COLOR, as in Node itself.
 *
 * Sources: https://no-color.org, https://nodejs.org/api/cli.html#force_color1-2-3
 */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
