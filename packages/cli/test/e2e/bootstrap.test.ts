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

test('without a region or credentials it is said what to do', async () => {
  const noRegion = await place.run(['bootstrap'], { env: nowhere });
  expect(noRegion.code).not.toBe(0);
  expect(noRegion.stderr).toContain('AWS_REGION');
  const noCredentials = await place.run(['bootstrap', '--region', 'eu-west-1'], { env: nowhere });
  expect(noCredentials.code).not.toBe(0);
  expect(noCredentials.stderr).toContain('AWS_PROFILE');
});
