import { expect, test } from '@jest/globals';
import type { Serverless } from '../../src/host/types.js';
import { settingsOf, SETTINGS_SCHEMA } from '../../src/settings.js';

function host(holdfast: unknown, provider: object = {}): Serverless {
  return {
    service: { custom: { holdfast }, provider },
    serviceDir: '/nowhere',
    getProvider: () => ({ getRegion: () => 'eu-west-1' }),
  } as unknown as Serverless;
}

test('needs no settings', () => {
  expect(settingsOf(host(undefined))).toMatchObject({
    store: 'aws:',
    region: 'eu-west-1',
    keepTemplates: 5,
    tags: true,
  });
});

test('takes what the service says', () => {
  const said = {
    store: 'aws://123456789012/eu-west-1',
    repository: 'payments',
    idPrefix: 'payments/api',
    storageMode: 'reference',
    regions: ['eu-west-1', 'us-east-1'],
    keepTemplates: 9,
    tags: false,
  };
  expect(settingsOf(host(said))).toMatchObject(said);
  expect(Object.keys(SETTINGS_SCHEMA.properties.holdfast.properties).sort()).toEqual(
    Object.keys(said).sort(),
  );
});

test("takes the hosts' own words for the same", () => {
  const provider = {
    deploymentBucketObject: { codeStorageMode: 'reference', maxPreviousDeploymentArtifacts: 7 },
  };
  expect(settingsOf(host(undefined, provider))).toMatchObject({ storageMode: 'reference', keepTemplates: 7 });
  expect(settingsOf(host({ storageMode: 'copy', keepTemplates: 2 }, provider))).toMatchObject({
    storageMode: 'copy',
    keepTemplates: 2,
  });
});

test('refuses a store that CloudFormation cannot read from', () => {
  expect(() => settingsOf(host({ store: 'file:/tmp/store' }))).toThrow(
    expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining('file:/tmp/store') }),
  );
});
