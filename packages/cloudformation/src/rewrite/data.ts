/** A value to be written into a template, in whichever format the template has. */
export type Data =
  | string
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [string, Data])[] }
  | { readonly kind: 'list'; readonly items: readonly Data[] }
  /** An intrinsic function by its long name: `Fn::Sub`, `Ref`. */
  | { readonly kind: 'function'; readonly name: string; readonly argument: Data };

export const map = (...pairs: readonly (readonly [string, Data])[]): Data => ({ kind: 'map', pairs });
export const list = (...items: readonly Data[]): Data => ({ kind: 'list', items });
export const fn = (name: string, argument: Data): Data => ({ kind: 'function', name, argument });

/** The short tag of an intrinsic function. */
export function tagOf(name: string): string {
  return `!${name.replace(/^Fn::/, '')}`;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const PLAIN_IN_BLOCK = /^[A-Za-z][A-Za-z0-9_./=+-]*(:+[A-Za-z0-9_./=+-]+)*$/;
// Words that YAML 1.1 or 1.2 reads as something else than text.
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** One line: JSON, or YAML in flow style. */
export function renderFlow(data: Data, format: 'yaml' | 'json'): string {
  if (typeof data === 'string') return format === 'json' ? JSON.stringify(data) : scalar(data, PLAIN);
  switch (data.kind) {
    case 'map': {
      const pairs = data.pairs.map(
        ([key, value]) => `${renderFlow(key, format)}: ${renderFlow(value, format)}`,
      );
      return `{${pairs.join(', ')}}`;
    }
    case 'list':
      return `[${data.items.map((item) => renderFlow(item, format)).join(', ')}]`;
    case 'function':
      return format === 'json'
        ? `{${JSON.stringify(data.name)}: ${renderFlow(data.argument, format)}}`
        : `${tagOf(data.name)} ${renderFlow(data.argument, format)}`;
  }
}

/** `key: value` over as many lines as the value's maps need, without the last line break. */
export function renderBlockPair(key: string, value: Data, indent: number, eol: string): string {
  const head = `${' '.repeat(indent)}${scalar(key, PLAIN_IN_BLOCK)}:`;
  if (typeof value === 'string') return `${head} ${scalar(value, PLAIN_IN_BLOCK)}`;
  if (value.kind !== 'map' || value.pairs.length === 0) return `${head} ${renderFlow(value, 'yaml')}`;
  return [head, ...value.pairs.map(([name, inner]) => renderBlockPair(name, inner, indent + 2, eol))].join(
    eol,
  );
}

/** Pretty-printed JSON of a pair, its first line without indentation. */
export function renderJsonPair(key: string, value: Data, indent: string, step: string, eol: string): string {
  const head = `${JSON.stringify(key)}: `;
  if (typeof value === 'string' || value.kind !== 'map' || value.pairs.length === 0)
    return head + renderFlow(value, 'json');
  const inner = value.pairs.map(
    ([name, child]) => indent + step + renderJsonPair(name, child, indent + step, step, eol),
  );
  return `${head}{${eol}${inner.join(`,${eol}`)}${eol}${indent}}`;
}

function scalar(text: string, plain: RegExp): string {
  return plain.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}
