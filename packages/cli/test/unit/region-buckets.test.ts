import { describe, expect, test } from '@jest/globals';
import { checkRegions, inRegion, parseBuckets } from '../../src/region-buckets.js';

describe('--bucket', () => {
  test('names one bucket for wherever the template goes', () => {
    expect(parseBuckets(['acme'])).toEqual({ bucket: 'acme', byRegion: new Map() });
  });

  test('names one for each region', () => {
    const buckets = parseBuckets(['eu-west-1=acme-eu', 'us-east-1=acme-us']);

    expect(inRegion({ region: 'local', bucket: 'acme-eu', key: 'k' }, 'us-east-1', buckets)).toEqual({
      region: 'us-east-1',
      bucket: 'acme-us',
      key: 'k',
    });
    expect(() => checkRegions(['us-east-1', 'eu-west-1'], buckets)).not.toThrow();
  });

  test.each([
    [['acme', 'eu-west-1=acme-eu'], '"acme" does not say for which region'],
    [['eu-west-1=a', 'eu-west-1=b'], '"eu-west-1=b" is for a region that has one already'],
    [['eu-west-1='], '"eu-west-1=" names no bucket'],
    [[], '"" names no bucket'],
  ])('%j is refused', (words, message) => {
    expect(() => parseBuckets(words)).toThrow(message);
  });

  test('is refused when a wanted region has none', () => {
    expect(() => checkRegions(['us-east-1'], parseBuckets(['eu-west-1=a']))).toThrow('region "us-east-1"');
  });
});
