import { afterAll, expect, test } from '@jest/globals';
import { Workplace } from './workplace.js';

const place = new Workplace();
afterAll(() => place.remove());

/** No account, no network: what is left of the machine's own configuration must not be found. */
const nowhere = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

test('the template can be read without an account', async () => {
  const { code, stdout } = await place.run(['bootstrap', '--print-template'], { env: nowhere });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^AWSTemplateFormatVersion: /);
  expect(stdout).toContain('Type: AWS::S3::Bucket');
  const { template } = await place.json('bootstrap', '--print-template');
  expect(String(template).trimEnd()).toBe(stdout.trimEnd());
});

test('without a region, credentials or a way to AWS it is said what to do', async () => {
  const noRegion = await place.run(['bootstrap'], { env: nowhere });
  expect(noRegion.code).not.toBe(0);
  expect(noRegion.stderr).toContain('AWS_REGION');
  const noCredentials = await place.run(['bootstrap', '--region', 'eu-west-1'], { env: nowhere });
  expect(noCredentials.code).not.toBe(0);
  expect(noCredentials.stderr).toContain('AWS_PROFILE');
  // Nobody listens on the port of "discard", and the region is taken from nowhere else.
  const away = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'eu-west-1', AWS_MAX_ATTEMPTS: '1' };
  const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'very-secret' };
  const unreached = await place.run(['list', '--store', 'aws:'], { env: { ...nowhere, ...away, ...keys } });
  expect(unreached.code).toBe(1);
  expect(unreached.stderr).toContain('could not be reached at 127.0.0.1:9 (ECONNREFUSED)');
  expect(unreached.stderr).toContain('AWS_ENDPOINT_URL');
  expect(unreached.stderr).not.toContain('very-secret');
});
