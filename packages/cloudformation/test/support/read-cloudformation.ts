import { parseDocument, type CollectionTag, type ScalarTag } from 'yaml';

const NAMES = [
  'And Artifact Base64 Cidr Condition Equals FindInMap GetAtt GetAZs If ImportValue Join Length Not Or Ref Select Split',
  'Sub ToJsonString Transform',
]
  .join(' ')
  .split(' ');

const long = (name: string): string => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);

/** Tags of the short forms, for the `yaml` package. */
const TAGS = NAMES.flatMap((name): (ScalarTag | CollectionTag)[] => {
  const tag = `!${name}`;
  return [
    { tag, resolve: (text) => ({ [long(name)]: text }) },
    { tag, collection: 'map', resolve: (node) => ({ [long(name)]: node.toJSON() as unknown }) },
    { tag, collection: 'seq', resolve: (node) => ({ [long(name)]: node.toJSON() as unknown }) },
  ];
});

/** Reads a template with a parser that Holdfast does not use; short forms become long ones, aliases and merges are applied. */
export function readCloudFormation(text: string): Record<string, unknown> {
  const document = parseDocument(text, { customTags: TAGS, merge: true, logLevel: 'silent', schema: 'core' });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return document.toJS() as Record<string, unknown>;
}
