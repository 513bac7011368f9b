import type { PropertyType, Resource, SpecDatabase, TypeDefinition } from '@aws-cdk/service-spec-types';

/** A place in a resource's properties that has to do with S3, as the specification describes it. */
export interface Candidate {
  readonly type: string;
  /** The path below `Properties`; `*` stands for any key of a map or any item of a list. */
  readonly path: readonly string[];
  /** What the specification says of it, on one line. */
  readonly documentation: string;
  /** Of an object: its properties. Absent for text. */
  readonly properties?: readonly { readonly name: string; readonly required: boolean }[];
}

type Properties = Resource['properties'];

/**
 * Every object that has properties for a bucket and for a key, and every text that the specification joins with S3, in
 * the order of type and path. Which of them say what to read, and which where to write, is for others to decide.
 */
export function candidatesOf(database: SpecDatabase): Candidate[] {
  const found: Candidate[] = [];
  for (const resource of database.all('resource')) {
    walk(database, resource.cloudFormationType, resource.properties, [], [], found);
  }
  const keyOf = ({ type, path }: Candidate): string => `${type} ${path.join('.')}`;
  return found.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function walk(
  database: SpecDatabase,
  type: string,
  properties: Properties,
  path: readonly string[],
  within: readonly string[],
  found: Candidate[],
): void {
  for (const [name, property] of Object.entries(properties)) {
    const documentation = (property.documentation ?? '').replace(/\s+/g, ' ').trim();
    const { inner, at } = elementOf(property.type, [...path, name]);
    if (inner.type === 'string' && /\bs3\b|Simple Storage|s3:\/\//i.test(`${documentation} ${split(name)}`)) {
      found.push({ type, path: at, documentation });
    }
    if (inner.type !== 'ref') continue;
    const definition: TypeDefinition = database.get('typeDefinition', inner.reference.$ref);
    // A definition that holds itself is looked at once.
    if (within.includes(definition.$id)) continue;
    if (holdsObject(definition.properties)) {
      const members = Object.entries(definition.properties).map(([member, { required }]) => ({
        name: member,
        required: required === true,
      }));
      found.push({ type, path: at, documentation, properties: members });
    }
    walk(database, type, definition.properties, at, [...within, definition.$id], found);
  }
}

/** What a list or map is of, at any depth. */
function elementOf(type: PropertyType, path: readonly string[]): { inner: PropertyType; at: string[] } {
  let inner = type;
  const at = [...path];
  while (inner.type === 'array' || inner.type === 'map') {
    inner = inner.element;
    at.push('*');
  }
  return { inner, at };
}

/** `SourceS3Uri` as words, so that `S3` in it is one. */
function split(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replace(/S3(?=[A-Z])/g, 'S3 ');
}

function holdsObject(properties: Properties): boolean {
  const names = Object.keys(properties);
  return names.some((name) => /bucket/i.test(name)) && names.some((name) => /key|path|prefix/i.test(name));
}
