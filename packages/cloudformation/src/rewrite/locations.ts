import { HoldfastError, type Location } from '@holdfast/core';
import type { Shape } from '../table/shapes.js';
import { fn, list, map, type Data } from './data.js';

/** The mapping that says where artifacts lie in each region. */
export const MAPPING = 'Holdfast';
/** The row of a mapping for a store that is not tied to a region. */
export const ANY_REGION = 'AnyRegion';

/** A version with the places where AWS services read it. */
export interface PlacedArtifact {
  /** The version's ARN. */
  readonly version: string;
  /** The ARN of the bookmark that the use came through. */
  readonly bookmark?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** One for each region; none only where the ARN or the digest is all that is written. The region `local` serves any region. */
  readonly locations: readonly Location[];
}

export interface LocationOptions {
  readonly storageMode: 'copy' | 'reference';
}

/** Collects the rows of the mapping while values are made from locations. */
export class LocationMapping {
  readonly #rows = new Map<string, Map<string, string>>();
  readonly #existing: (row: string, attribute: string) => string | undefined;

  /** `existing` answers what the template's own mapping of that name says. */
  constructor(existing: (row: string, attribute: string) => string | undefined) {
    this.#existing = existing;
  }

  /** The rows to be in the template, those that are there included. */
  get rows(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return this.#rows;
  }

  /** What to write where the artifact is used. */
  value(shape: Shape, artifact: PlacedArtifact, options: LocationOptions): Data {
    switch (shape.form) {
      case 'arn':
        return artifact.version;
      case 'digest':
        return artifact.digest;
      case 'bucket':
        return this.#bucket(artifact);
      case 'key':
        return (
          this.#literal(artifact, 'Key', ({ key }) => key) ??
          this.#attribute(artifact, 'Key', ({ key }) => key)
        );
      case 'uri':
        if (shape.literal !== undefined) return literalUri(onlyLocation(artifact));
        return this.#url('s3://${Bucket}/', artifact);
      case 'url':
        if (shape.literal !== undefined) return literalUrl(onlyLocation(artifact));
        return this.#url('https://s3.${AWS::Region}.${AWS::URLSuffix}/${Bucket}/', artifact, '?versionId=');
      case 'objectArn':
        return this.#url('arn:${AWS::Partition}:s3:::${Bucket}/', artifact);
      case 'bucketPath':
        return this.#url('${Bucket}/', artifact);
      case 'object': {
        const pairs: [string, Data][] = [
          [shape.bucket, shape.bucketArn === true ? this.#bucketArn(artifact) : this.#bucket(artifact)],
          [shape.key, this.#part(artifact, 'Key', ({ key }) => key)],
        ];
        if (
          shape.version !== undefined &&
          artifact.locations.every(({ objectVersion }) => objectVersion !== undefined)
        ) {
          pairs.push([
            shape.version,
            this.#part(artifact, 'Version', ({ objectVersion }) => objectVersion ?? ''),
          ]);
        }
        if (options.storageMode === 'reference' && shape.storageMode !== undefined) {
          pairs.push([shape.storageMode, 'REFERENCE']);
        }
        return map(...pairs);
      }
    }
  }

  #url(prefix: string, artifact: PlacedArtifact, versionQuery?: string): Data {
    const variables: [string, Data][] = [['Bucket', this.#bucket(artifact)]];
    const part = (name: string, of: (location: Location) => string): string => {
      const literal = this.#literal(artifact, name, of);
      if (literal !== undefined) return literal.replaceAll('${', '${!');
      variables.push([name, this.#attribute(artifact, name, of)]);
      return `\${${name}}`;
    };
    let text = prefix + part('Key', ({ key }) => key);
    if (
      versionQuery !== undefined &&
      artifact.locations.every(({ objectVersion }) => objectVersion !== undefined)
    ) {
      text += versionQuery + part('Version', ({ objectVersion }) => objectVersion ?? '');
    }
    return fn('Fn::Sub', list(text, map(...variables)));
  }

  #part(artifact: PlacedArtifact, name: string, of: (location: Location) => string): Data {
    return this.#literal(artifact, name, of) ?? this.#attribute(artifact, name, of);
  }

  /** The text itself where all regions agree. */
  #literal(artifact: PlacedArtifact, _name: string, of: (location: Location) => string): string | undefined {
    const texts = new Set(artifact.locations.map(of));
    return texts.size === 1 ? [...texts][0] : undefined;
  }

  #attribute(artifact: PlacedArtifact, name: string, of: (location: Location) => string): Data {
    return this.#lookUp(
      artifact,
      `${name}${artifact.digest.slice('sha256:'.length, 'sha256:'.length + 16)}`,
      of,
    );
  }

  #bucketArn(artifact: PlacedArtifact): Data {
    return fn(
      'Fn::Sub',
      list('arn:${AWS::Partition}:s3:::${Bucket}', map(['Bucket', this.#bucket(artifact)])),
    );
  }

  #bucket(artifact: PlacedArtifact): Data {
    return this.#lookUp(artifact, 'Bucket', ({ bucket }) => bucket);
  }

  /** Puts one text per region into the mapping, under the name or, where that is taken by other texts, a numbered one. */
  #lookUp(artifact: PlacedArtifact, name: string, of: (location: Location) => string): Data {
    for (let number = 1; ; number += 1) {
      const attribute = number === 1 ? name : `${name}${number}`;
      const fits = artifact.locations.every((location) => {
        const row = rowOf(location);
        const known = this.#rows.get(row)?.get(attribute) ?? this.#existing(row, attribute);
        return known === undefined || known === of(location);
      });
      if (!fits) continue;
      for (const location of artifact.locations) {
        const row = rowOf(location);
        const attributes = this.#rows.get(row) ?? new Map<string, string>();
        this.#rows.set(row, attributes.set(attribute, of(location)));
      }
      const anywhere = artifact.locations.some(({ region }) => region === 'local');
      if (anywhere && artifact.locations.length > 1) {
        throw new HoldfastError('invalid-input', 'a location without a region cannot stand beside others');
      }
      const region = anywhere ? ANY_REGION : fn('Ref', 'AWS::Region');
      return fn('Fn::FindInMap', list(MAPPING, region, attribute));
    }
  }
}

function rowOf({ region }: Location): string {
  return region === 'local' ? ANY_REGION : region;
}

/** The one place that literal text can name. */
function onlyLocation({ version, locations: [location, another] }: PlacedArtifact): Location {
  if (location === undefined || another !== undefined) {
    throw new HoldfastError(
      'unsupported',
      `${version} is used by a property that takes literal text, which names one region only`,
      {
        hint: 'Package such a template for each region by itself.',
      },
    );
  }
  return location;
}

function literalUri({ bucket, key }: Location): string {
  return `s3://${bucket}/${key}`;
}

/** Virtual-hosted, because tools that delete what a template names parse path-style URLs only. */
function literalUrl({ region, bucket, key, objectVersion }: Location): string {
  const host =
    region === 'local'
      ? 's3.amazonaws.com'
      : `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const version = objectVersion === undefined ? '' : `?versionId=${encodeURIComponent(objectVersion)}`;
  return `https://${bucket}.${host}/${key}${version}`;
}
