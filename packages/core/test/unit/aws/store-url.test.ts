import { expect, test } from '@jest/globals';
import { parseStoreUrl } from '../../../src/engines/aws/store-url.js';

test.each([
  ['aws:', {}],
  ['aws://123456789012/eu-west-1', { account: '123456789012', region: 'eu-west-1' }],
  ['aws://123456789012/eu-west-1/', { account: '123456789012', region: 'eu-west-1' }],
  ['aws://123456789012/us-gov-west-1/default', { account: '123456789012', region: 'us-gov-west-1' }],
])('%s', (url, parts) => {
  expect(parseStoreUrl(url)).toEqual(parts);
});

test.each([
  'aws://',
  'aws://123/eu-west-1',
  'aws://123456789012',
  'aws:eu-west-1',
  'aws://123456789012/Europe',
])('%s is refused, and named', (url) => {
  expect(() => parseStoreUrl(url)).toThrow(
    expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining(url) }),
  );
});

test('a repository in the URL is refused, with how to name it', () => {
  expect(() => parseStoreUrl('aws://123456789012/eu-west-1/payments')).toThrow(
    expect.objectContaining({
      code: 'invalid-input',
      hint: expect.stringContaining('--repository payments'),
    }),
  );
});
