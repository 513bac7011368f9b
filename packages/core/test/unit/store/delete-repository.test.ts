import { expect, test } from '@jest/globals';
import { openStore } from '../../../src/index.js';

const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Readers',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 'holdfast:GetArtifact',
      Resource: '*',
    },
  ],
};

test('a repository with a resource policy is not deleted: one made again under its name would be open', async () => {
  const store = await openStore('memory:delete-repository');
  await store.createRepository('shared');
  await store.applyPolicy(await store.planPolicy(policy, { repository: 'shared' }));
  await expect(store.deleteRepository('shared')).rejects.toMatchObject({ code: 'in-use' });
  await store.applyPolicy(await store.planPolicy(undefined, { repository: 'shared' }));
  await store.deleteRepository('shared');
  await store.close();
});
