import { asMap, asSeq, type Node, type SeqNode } from './nodes.js';

export interface Intrinsic {
  /** The long name, such as `Fn::If`, `Ref` or `Condition`. */
  readonly name: string;
  /** What it is applied to. For the short form that is the node itself. */
  readonly argument: Node;
  readonly short: boolean;
}

const LONG = /^(Fn::[A-Za-z0-9:]+|Ref|Condition)$/;

/** Reads `!If …` and `Fn::If: …` alike; undefined when the node is no intrinsic function. Aliases are not followed. */
export function intrinsicOf(node: Node): Intrinsic | undefined {
  if (node.kind === 'alias') return undefined;
  if (node.tag !== undefined) {
    if (!/^![A-Za-z]/.test(node.tag)) return undefined;
    const short = node.tag.slice(1);
    return {
      name: short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`,
      argument: node,
      short: true,
    };
  }
  if (node.kind !== 'map' || node.pairs.length !== 1) return undefined;
  const [pair] = node.pairs;
  if (pair?.key.kind !== 'scalar' || !LONG.test(pair.key.text)) return undefined;
  return { name: pair.key.text, argument: pair.value, short: false };
}

/** The argument as a list, whichever form it has. */
export function argumentList(intrinsic: Intrinsic): SeqNode | undefined {
  const { argument } = intrinsic;
  if (intrinsic.short) return argument.kind === 'seq' ? argument : undefined;
  return asSeq(argument);
}

/** The argument as a map, whichever form it has. */
export function argumentMap(intrinsic: Intrinsic): ReturnType<typeof asMap> {
  const { argument } = intrinsic;
  if (intrinsic.short) return argument.kind === 'map' ? argument : undefined;
  return asMap(argument);
}
