import type { Location } from '@holdfast/core';
import { UsageError } from './usage-error.js';

/** The buckets that an embedded store's content is copied to: one, or one for each region. */
export interface Buckets {
  /** The store's own. */
  readonly bucket: string;
  /** Empty when one serves wherever the template goes. */
  readonly byRegion: ReadonlyMap<string, string>;
}

/** Reads `--bucket`: one name, or `<region>=<name>` for each region. Throws a usage error for a mixture, and for a region named twice. */
export function parseBuckets(words: readonly string[]): Buckets {
  const pairs = words.map((word) => {
    const at = word.indexOf('=');
    return at < 0 ? { bucket: word } : { region: word.slice(0, at), bucket: word.slice(at + 1) };
  });
  const [first] = pairs;
  if (first === undefined || pairs.some(({ bucket }) => bucket === '')) {
    throw new UsageError(`--bucket "${words.join(',')}" names no bucket`);
  }
  if (pairs.length === 1 && first.region === undefined) return { bucket: first.bucket, byRegion: new Map() };
  const byRegion = new Map<string, string>();
  for (const { region, bucket } of pairs) {
    if (region === undefined || byRegion.has(region)) {
      const why =
        region === undefined ? 'does not say for which region' : 'is for a region that has one already';
      throw new UsageError(
        `--bucket "${region === undefined ? '' : `${region}=`}${bucket}" ${why}`,
        'Write --bucket <region>=<name> once for each region.',
      );
    }
    byRegion.set(region, bucket);
  }
  return { bucket: first.bucket, byRegion };
}

/** Throws a usage error naming the first of the regions that has no bucket. */
export function checkRegions(regions: readonly string[], { byRegion }: Buckets): void {
  const missing = regions.find((region) => !byRegion.has(region));
  if (missing !== undefined) {
    throw new UsageError(`no bucket is named for region "${missing}"`, `Add --bucket ${missing}=<name>.`);
  }
}

/** The same place in the bucket of another region, which has a copy of the content folder with the same keys. */
export function inRegion({ key }: Location, region: string, { byRegion }: Buckets): Location {
  return { region, bucket: byRegion.get(region)!, key };
}
