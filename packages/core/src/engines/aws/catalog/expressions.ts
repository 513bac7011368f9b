/** A piece of a DynamoDB expression: text, in which `#word` stands for an attribute, with values and paths in between. */
export interface Expression {
  readonly parts: readonly (string | { readonly value: unknown } | { readonly path: readonly string[] })[];
}

const isExpression = (hole: unknown): hole is Expression =>
  typeof hole === 'object' && hole !== null && 'parts' in hole;

/**
 * Writes an expression as a template: expr`#state = ${'live'} AND ${notInUse}`.
 *
 * What stands between is a value, unless it is an expression itself, such as {@link path} makes.
 */
export function expr(texts: TemplateStringsArray, ...holes: readonly unknown[]): Expression {
  return {
    parts: texts.flatMap((text, i) => {
      if (i >= holes.length) return [text];
      const hole = holes[i];
      return [text, ...(isExpression(hole) ? hole.parts : [{ value: hole }])];
    }),
  };
}

/** A document path whose names come from data. */
export function path(...names: readonly string[]): Expression {
  return { parts: [{ path: names }] };
}

export function joined(expressions: readonly Expression[], separator: string): Expression {
  return { parts: expressions.flatMap(({ parts }, i) => (i === 0 ? parts : [separator, ...parts])) };
}

export const and = (...conditions: readonly Expression[]): Expression =>
  joined(
    conditions.map((condition) => expr`(${condition})`),
    ' AND ',
  );

/** The placeholders of one request, whose expressions share them. */
export class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};

  render({ parts }: Expression): string {
    return parts
      .map((part) => {
        if (typeof part === 'string')
          return part.replaceAll(/#(\w+)/g, (_, word: string) => this.#name(word));
        return 'value' in part
          ? this.#value(part.value)
          : part.path.map((name) => this.#name(name)).join('.');
      })
      .join('');
  }

  #name(name: string): string {
    const known = Object.entries(this.names).find(([, other]) => other === name)?.[0];
    if (known !== undefined) return known;
    const placeholder = `#${Object.keys(this.names).length.toString(36)}`;
    this.names[placeholder] = name;
    return placeholder;
  }

  #value(value: unknown): string {
    const placeholder = `:${Object.keys(this.values).length.toString(36)}`;
    this.values[placeholder] = value;
    return placeholder;
  }
}
