import type { Location } from '@holdfast/core';
import { isMap, mapAt, type Json, type JsonMap, type Template } from '../assembly/types.js';
import { ANY_ASSET, replacePlaceholders, USE_METADATA, type PlaceholderKind } from '../placeholders.js';
import { confineStatement } from './confine.js';
import { findUses, type TokenUse } from './find-uses.js';
import { removeGuards } from './guard.js';
import { isFunction, rowAt } from './rows.js';
import { stampResource, stampTemplate, type Stamped } from './stamps.js';
import { fillTag } from './tags.js';

/** A version with the place where AWS services read it. */
export interface Placed {
  /** The version's ARN. */
  readonly version: string;
  /** The ARN of the bookmark that led to it. */
  readonly bookmark?: string;
  readonly location: Location;
}

export interface FillOptions {
  /** By token. */
  readonly placed: ReadonlyMap<string, Placed>;
  /** `reference`: functions and layers run straight from the bucket. */
  readonly storageMode?: 'copy' | 'reference';
  /** Tags every resource that is about one artifact with its version. Those that ask for it by their tag get it in any case. */
  readonly tags?: boolean;
  /** What nested templates use, with the nested stacks' logical IDs in their slots, and what the template itself names nowhere. */
  readonly further?: readonly Stamped[];
}

/** Throws for a token that nothing was placed for: that is a mistake of the caller. */
export function fillTemplate(template: Template, options: FillOptions): Template {
  const filler = new Filler(options);
  const uses = findUses(template);
  const byResource = Map.groupBy(uses, ({ logicalId }) => logicalId);
  const filled: Template = {};
  for (const [section, content] of Object.entries(removeGuards(template))) {
    if (content === undefined) continue;
    if (section === 'Resources' && isMap(content)) {
      filled[section] = Object.fromEntries(
        Object.entries(content).map(([logicalId, resource]) => [
          logicalId,
          isMap(resource) ? filler.resource(resource, byResource.get(logicalId) ?? []) : resource,
        ]),
      );
    } else if (section === 'Metadata' && isMap(content)) {
      const kept = Object.entries(content).filter(([key]) => !key.startsWith(USE_METADATA));
      if (kept.length > 0) filled[section] = Object.fromEntries(kept);
    } else {
      filled[section] = filler.value(content, {
        type: '',
        path: [section],
        inProperty: section === 'Outputs',
      });
    }
  }
  const stamped = uses.map((use) => filler.stamp(use));
  return stampTemplate(filled, [...stamped, ...(options.further ?? [])]);
}

interface Place {
  /** The resource's type; empty outside of resources. */
  readonly type: string;
  readonly path: readonly string[];
  /** Whether a function may stand here. */
  readonly inProperty: boolean;
}

class Filler {
  readonly #options: FillOptions;

  constructor(options: FillOptions) {
    this.#options = options;
  }

  resource(resource: JsonMap, uses: readonly TokenUse[]): JsonMap {
    const type = textOf(resource['Type']);
    const filled: JsonMap = {};
    for (const [key, value] of Object.entries(resource)) {
      if (value === undefined) continue;
      const inProperty = key === 'Properties';
      const place = { type: inProperty ? type : '', path: inProperty ? [] : [key], inProperty };
      filled[key] = this.value(value, place);
    }
    const about = uses.filter(({ main }) => main);
    const version = about.length === 1 ? this.#placedOf(about[0]!.token).version : undefined;
    const properties = mapAt(filled, 'Properties');
    if (properties !== undefined)
      filled['Properties'] = fillTag(type, properties, version, this.#options.tags === true);
    return stampResource(
      filled,
      uses.map((use) => ({ ...this.stamp(use), slot: use.property })),
    );
  }

  stamp({ token, slot }: TokenUse): Stamped {
    const { version, bookmark } = this.#placedOf(token);
    return { slot, version, ...(bookmark === undefined ? {} : { bookmark }) };
  }

  value(value: Json, place: Place): Json {
    if (typeof value === 'string') return this.#text(value, place);
    if (Array.isArray(value)) {
      return value.map((item, i) => this.value(item, { ...place, path: [...place.path, String(i)] }));
    }
    if (!isMap(value)) return value;
    const source = confineStatement(value);
    const within = isFunction(source);
    const filled: JsonMap = {};
    for (const [key, item] of Object.entries(source)) {
      if (item === undefined) continue;
      filled[key] = this.value(
        item,
        within ? { ...place, inProperty: false } : { ...place, path: [...place.path, key] },
      );
    }
    return this.#withObjectVersion(source, filled, place);
  }

  /** Adds the object version, and with `reference` the storage mode, where the property has a place for it. */
  #withObjectVersion(source: JsonMap, filled: JsonMap, { type, path }: Place): JsonMap {
    const at = type === '' ? undefined : rowAt(type, path);
    const shape = at?.row.shape;
    if (shape?.form !== 'object' || at?.row.path.length !== path.length) return filled;
    const token = /^unpublished-key-([0-9a-f]{32})$/.exec(textOf(source[shape.key]))?.[1];
    if (token === undefined) return filled;
    const { location } = this.#placedOf(token);
    return {
      ...filled,
      ...(shape.version === undefined || location.objectVersion === undefined
        ? {}
        : { [shape.version]: location.objectVersion }),
      ...(shape.storageMode === undefined || this.#options.storageMode !== 'reference'
        ? {}
        : { [shape.storageMode]: 'REFERENCE' }),
    };
  }

  #text(text: string, { type, path, inProperty }: Place): Json {
    if (!text.includes('unpublished-')) return text;
    const whole = /^unpublished-(bucket|object-version)-([0-9a-f]{32})$/.exec(text);
    if (whole !== null && inProperty) {
      const { bucket, objectVersion } = this.#locationOf(whole[2]!);
      // A literal bucket beside a literal key is what tools that empty buckets look for; so the CDK's own functions read it too.
      if (whole[1] === 'bucket') return { 'Fn::Sub': bucket };
      return objectVersion ?? { Ref: 'AWS::NoValue' };
    }
    const versioned = type !== '' && rowAt(type, path)?.row.shape.form === 'url';
    const confined = text.replaceAll(/unpublished-bucket-([0-9a-f]{32})\/\*/g, (_, token: string) => {
      const { bucket, key } = this.#locationOf(token);
      return token === ANY_ASSET ? `${bucket}/${repositoryPrefix(key)}/*` : `${bucket}/${key}`;
    });
    return replacePlaceholders(confined, (kind, token) => this.#part(kind, token, versioned));
  }

  #part(kind: PlaceholderKind, token: string, versioned: boolean): string {
    switch (kind) {
      case 'bucket':
        return this.#locationOf(token).bucket;
      case 'key': {
        const { key, objectVersion } = this.#locationOf(token);
        return versioned && objectVersion !== undefined
          ? `${key}?versionId=${encodeURIComponent(objectVersion)}`
          : key;
      }
      case 'object-version':
        // What S3 calls the version of an object in a bucket without versions.
        return this.#locationOf(token).objectVersion ?? 'null';
      case 'version-arn':
        return this.#placedOf(token).version;
    }
  }

  #locationOf(token: string): Location {
    return this.#placedOf(token).location;
  }

  #placedOf(token: string): Placed {
    const placed = this.#options.placed.get(token);
    if (placed === undefined) throw new Error(`nothing was placed for ${token}`);
    return placed;
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** What the keys of all contents of a repository begin with. */
function repositoryPrefix(key: string): string {
  return key.slice(0, key.indexOf('/sha256/'));
}
