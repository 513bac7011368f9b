import { loadCloudFormation } from './lazy-modules.js';
import { parseTemplate } from './template-data.js';

type Table = Record<string, unknown>;

/** A file that an ejected template names. */
export interface EjectedFile {
  /** The version whose bytes it has. */
  readonly version: string;
  /** Whether it is a template, which is ejected like the one that names it. */
  readonly nested: boolean;
}

export interface EjectedTemplate {
  /** The template as data, with functions in their long form. */
  readonly template: Table;
  readonly files: readonly (EjectedFile & { readonly path: string })[];
  /** Slots that go on being read from the repository, because no other tool uploads files for them. */
  readonly left: readonly string[];
}

const STAMP = 'Holdfast';
const TAG = 'holdfast:artifact';
/** What the location of an `AWS::Include` is called in a slot. */
const INCLUDE = /(^|\.)Fn::Transform\.Location$/;

/**
 * A deployed template with paths of local files where its locations were, and without what Holdfast wrote into it: so that plain `sam deploy` or
 * `sam package` uploads the files. Pure.
 *
 * @param pathOf the path that the template is to name for a file
 */
export function ejectTemplate(text: string, pathOf: (file: EjectedFile) => string): EjectedTemplate {
  const template = parseTemplate(text);
  const files: (EjectedFile & { path: string })[] = [];
  const left: string[] = [];
  const put = (place: Table | undefined, keys: readonly string[], file: EjectedFile): boolean => {
    const holder = keys.slice(0, -1).reduce<unknown>((at, key) => tableOf(at)[key], place);
    const last = keys.at(-1)!;
    if (tableOf(holder)[last] === undefined) return false;
    const path = pathOf(file);
    tableOf(holder)[last] = path;
    files.push({ ...file, path });
    return true;
  };

  for (const [logicalId, value] of Object.entries(tableOf(template['Resources']))) {
    const resource = tableOf(value);
    const stays: Table = {};
    for (const [property, stamp] of Object.entries(stampsOf(resource))) {
      const version = versionOf(stamp);
      const nested = NESTED[String(resource['Type'])] === property;
      const done =
        version !== undefined &&
        isUploadedByOthers(String(resource['Type']), property) &&
        put(tableOf(resource['Properties']), keysOf(property), { version, nested });
      if (done) continue;
      stays[property] = stamp;
      left.push(`${logicalId}.${property}`);
    }
    restamp(resource, stays);
    if (Object.keys(stays).length === 0) untag(tableOf(resource['Properties']));
  }

  const stays: Table = {};
  for (const [slot, stamp] of Object.entries(tableOf(stampsOf(template)['Artifacts']))) {
    const version = versionOf(stamp);
    const section = sectionOf(slot);
    if (section === undefined) {
      if (left.includes(slot)) stays[slot] = stamp;
    } else if (version === undefined || !put(template, section, { version, nested: false })) {
      stays[slot] = stamp;
      left.push(slot);
    }
  }
  restamp(template, Object.keys(stays).length === 0 ? {} : { Artifacts: stays });
  // Locations that stay are read from the mapping.
  if (left.length === 0) drop(template, 'Mappings', STAMP);
  return { template, files, left };
}

const NESTED: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::Stack': 'TemplateURL',
  'AWS::Serverless::Application': 'Location',
};

/** Where a property of a stamp stands below `Properties`. */
function keysOf(property: string): readonly string[] {
  return property.replace(INCLUDE, '$1Fn::Transform.Parameters.Location').split('.');
}

/** Whether plain sam uploads a file of this property. What stands in an `Fn::If` it leaves alone. */
function isUploadedByOthers(type: string, property: string): boolean {
  if (INCLUDE.test(property)) return !property.includes('Fn::If');
  const keys = property.split('.');
  const { ARTIFACT_TABLE } = loadCloudFormation();
  return ARTIFACT_TABLE.some(
    ({ type: of, path }) =>
      of === type && path.length === keys.length && path.every((key, i) => key === '*' || key === keys[i]),
  );
}

/** The keys of a slot outside of resources; undefined for any other slot. */
function sectionOf(slot: string): readonly string[] | undefined {
  const { SECTION_TABLE } = loadCloudFormation();
  return SECTION_TABLE.map(({ path }) => path).find((path) => path.join('.') === slot);
}

function stampsOf(holder: Table): Table {
  return tableOf(tableOf(holder['Metadata'])[STAMP]);
}

function versionOf(stamp: unknown): string | undefined {
  const version = tableOf(stamp)['Version'];
  return typeof version === 'string' ? version : undefined;
}

function restamp(holder: Table, stamps: Table): void {
  if (Object.keys(stamps).length === 0) drop(holder, 'Metadata', STAMP);
  else tableOf(holder['Metadata'])[STAMP] = stamps;
}

/** Takes a key out of a table, and the table itself when nothing else is in it. */
function drop(holder: Table, name: string, key: string): void {
  const table = tableOf(holder[name]);
  if (!Object.hasOwn(table, key)) return;
  delete table[key];
  if (Object.keys(table).length === 0) delete holder[name];
}

function untag(properties: Table): void {
  const tags = properties['Tags'];
  if (!Array.isArray(tags)) {
    drop(properties, 'Tags', TAG);
    return;
  }
  const others = tags.filter((tag) => tableOf(tag)['Key'] !== TAG);
  if (others.length === tags.length) return;
  if (others.length === 0) delete properties['Tags'];
  else properties['Tags'] = others;
}

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {};
}
