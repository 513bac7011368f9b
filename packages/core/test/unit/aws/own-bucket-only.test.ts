import { expect, test } from '@jest/globals';
import { openStore } from '../../../src/index.js';

test('an aws: store takes no bucket of the caller, and says so before it asks anybody', async () => {
  await expect(openStore('aws:', { bucket: 'acme' })).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('"acme"') as unknown,
  });
});
