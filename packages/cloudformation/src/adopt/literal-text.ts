import { argumentList, argumentMap, intrinsicOf } from '../source/intrinsics.js';
import { deref, entries, textOf, type Node } from '../source/nodes.js';

/** How deep functions in functions are followed. */
const MAX_DEPTH = 20;

/**
 * The text that a value becomes, with `Ref`, `Fn::Sub` and `Fn::Join` of what is known; undefined when any part is not.
 * `known` holds parameters and pseudo parameters.
 */
export function literalText(
  node: Node | undefined,
  known: ReadonlyMap<string, string>,
  depth = 0,
): string | undefined {
  if (node === undefined || depth > MAX_DEPTH) return undefined;
  const target = deref(node);
  const intrinsic = intrinsicOf(target);
  if (intrinsic === undefined) return textOf(target);
  const { name, argument, short } = intrinsic;
  const own = short ? (argument.kind === 'scalar' ? argument.text : undefined) : textOf(argument);
  const list = argumentList(intrinsic)?.items ?? [];
  if (name === 'Ref') return own === undefined ? undefined : known.get(own);
  if (name === 'Fn::Join') {
    const values = list[1] === undefined ? undefined : deref(list[1]);
    const delimiter = textOf(list[0]);
    if (values?.kind !== 'seq' || delimiter === undefined) return undefined;
    const parts = values.items.map((item) => literalText(item, known, depth + 1));
    return parts.includes(undefined) ? undefined : parts.join(delimiter);
  }
  if (name !== 'Fn::Sub') return undefined;
  const variables = argumentMap({ ...intrinsic, argument: list[1] ?? argument });
  const values = new Map(known);
  for (const [variable, value] of entries(list.length > 1 ? variables : undefined)) {
    const text = literalText(value, known, depth + 1);
    if (text === undefined) values.delete(variable);
    else values.set(variable, text);
  }
  return substitute(own ?? textOf(list[0]), values);
}

function substitute(template: string | undefined, values: ReadonlyMap<string, string>): string | undefined {
  let whole = template !== undefined;
  const text = template?.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    const value = values.get(name.trim());
    whole &&= value !== undefined;
    return value ?? '';
  });
  return whole ? text : undefined;
}
