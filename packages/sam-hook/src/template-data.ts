import { loadYaml } from './lazy-modules.js';

/** The functions that YAML templates write as tags. `!Ref` and `!Condition` have no `Fn::` before them. */
const FUNCTIONS = [
  ...[
    'And',
    'Base64',
    'Cidr',
    'Equals',
    'FindInMap',
    'GetAtt',
    'GetAZs',
    'If',
    'ImportValue',
    'Join',
    'Length',
    'Not',
    'Or',
  ],
  ...['Select', 'Split', 'Sub', 'ToJsonString', 'Transform', 'ForEach'],
];

/** A template, YAML or JSON, as data, with every function in its long form. Throws what the YAML parser throws. */
export function parseTemplate(text: string): Record<string, unknown> {
  const yaml = loadYaml();
  const longForm = (tag: string, key: string) =>
    (['scalar', 'seq', 'map'] as const).map((kind) => ({
      tag: `!${tag}`,
      ...(kind === 'scalar' ? {} : { collection: kind }),
      resolve: (node: unknown) => {
        const value = kind === 'scalar' ? node : (node as { toJSON(): unknown }).toJSON();
        return { [key]: tag === 'GetAtt' && typeof value === 'string' ? splitOnce(value) : value };
      },
    }));
  const customTags = [
    ...FUNCTIONS.flatMap((name) => longForm(name, `Fn::${name}`)),
    ...['Ref', 'Condition'].flatMap((name) => longForm(name, name)),
  ] as NonNullable<import('yaml').DocumentOptions & import('yaml').SchemaOptions>['customTags'];
  const data: unknown = yaml.parse(text, {
    customTags,
    merge: true,
    uniqueKeys: false,
    logLevel: 'silent',
  } as never);
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}

function splitOnce(text: string): string[] {
  const at = text.indexOf('.');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
