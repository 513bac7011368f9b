import { isMap, mapAt, type Json, type Template } from '../assembly/types.js';
import { ANY_ASSET, placeholdersIn, USE_METADATA } from '../placeholders.js';
import { isFunction, rowAt } from './rows.js';

/** A place in a template that holds something of an artifact. */
export interface TokenUse {
  readonly token: string;
  /** `LogicalId.Property.Path`; outside of resources `Section.Path`. */
  readonly slot: string;
  /** Absent outside of resources. */
  readonly logicalId?: string;
  /** Below `Properties`; of a bucket and key that belong together, the property that holds both. */
  readonly property: string;
  /** The resource is about this artifact. */
  readonly main: boolean;
  /** What the key must end in there. */
  readonly endings?: readonly string[];
}

interface FoundUse extends TokenUse {
  readonly bucketOnly: boolean;
}

/** Every use of an artifact, found by its placeholders, wherever they stand; each place once, in the template's order. */
export function findUses(template: Template): TokenUse[] {
  const found = new Map<string, FoundUse>();
  const add = (use: FoundUse): void => {
    if (use.token === ANY_ASSET) return;
    for (let number = 1; ; number += 1) {
      const suffix = number === 1 ? '' : `.${number}`;
      const slot = use.slot + suffix;
      const before = found.get(slot);
      if (before?.token === use.token) {
        if (before.bucketOnly && !use.bucketOnly) found.set(slot, { ...before, bucketOnly: false });
        return;
      }
      if (before !== undefined) continue;
      found.set(slot, { ...use, slot, property: use.property + suffix });
      return;
    }
  };
  for (const [section, content] of Object.entries(template)) {
    if (section === 'Metadata' || content === undefined) continue;
    if (section !== 'Resources') {
      visit(content, [section], false, (token, path, bucketOnly) => {
        add({ token, slot: path.join('.'), property: path.join('.'), main: false, bucketOnly });
      });
    }
  }
  for (const [logicalId, resource] of Object.entries(mapAt(template, 'Resources') ?? {})) {
    if (!isMap(resource)) continue;
    const type = typeof resource['Type'] === 'string' ? resource['Type'] : '';
    visit(resource['Properties'] ?? null, [], false, (token, path, bucketOnly) => {
      const at = rowAt(type, path);
      const property = at?.row.shape.form === 'object' ? at.property : path.join('.');
      const endings = at !== undefined && 'endings' in at.row.shape ? at.row.shape.endings : undefined;
      add({
        token,
        slot: `${logicalId}.${property}`,
        logicalId,
        property,
        main: at?.row.main === true,
        bucketOnly,
        ...(endings === undefined ? {} : { endings }),
      });
    });
    visit(resource['Metadata'] ?? null, [], false, (token, path, bucketOnly) => {
      const property = ['Metadata', ...path].join('.');
      add({ token, slot: `${logicalId}.${property}`, logicalId, property, main: false, bucketOnly });
    });
  }
  return withoutLoneBuckets([...found.values()]);
}

/** A resource that names an artifact's key as well says with that what it uses. */
function withoutLoneBuckets(uses: readonly FoundUse[]): TokenUse[] {
  const keyed = new Set(uses.filter(({ bucketOnly }) => !bucketOnly).map(ownerOf));
  return uses
    .filter((use) => !use.bucketOnly || !keyed.has(ownerOf(use)))
    .map(({ bucketOnly: _, ...use }) => use);
}

function ownerOf({ logicalId, token }: TokenUse): string {
  return `${logicalId ?? ''} ${token}`;
}

/** The ARNs that the template's constructs asked for, by their tokens. */
export function namedArns(template: Template): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(mapAt(template, 'Metadata') ?? {})) {
    if (key.startsWith(USE_METADATA) && typeof value === 'string')
      found.set(key.slice(USE_METADATA.length), value);
  }
  return found;
}

/** Calls back for every artifact in every text below a value. The path does not go on into functions. */
function visit(
  value: Json,
  path: readonly string[],
  within: boolean,
  found: (token: string, path: readonly string[], bucketOnly: boolean) => void,
): void {
  if (typeof value === 'string') {
    if (!value.includes('unpublished-')) return;
    for (const { token, kind } of placeholdersIn(value)) found(token, path, kind === 'bucket');
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => {
      visit(item, within ? path : [...path, String(i)], within, found);
    });
  } else if (isMap(value)) {
    const inside = within || isFunction(value);
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) visit(item, inside ? path : [...path, key], inside, found);
  }
}
