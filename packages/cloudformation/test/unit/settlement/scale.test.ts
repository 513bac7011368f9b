import { expect, test } from '@jest/globals';
import { openStore } from '@holdfast/core';
import { randomUUID } from 'node:crypto';
import { reconcileStacks } from '../../../src/index.js';
import { FakeCloudFormation } from '../../support/cloudformation/fake-cloudformation.js';

const STACKS = Number(process.env['HOLDFAST_TEST_STACKS'] ?? 400);

test(`${STACKS} stacks: each is read with a fixed number of calls, and no more at once than asked for`, async () => {
  const store = await openStore(`memory:${randomUUID()}`, { bucket: 'artifacts' });
  const { version } = await store.publish({
    id: 'api',
    source: { kind: 'bytes', bytes: Buffer.from('api') },
  });
  const resource = { version: version.arn, digest: version.digest, retain: false, owed: { protected: true } };
  const cloudformation = new FakeCloudFormation(() => new Date());
  for (let number = 0; number < STACKS; number += 1) {
    const stack = cloudformation.deploy(`s${number}`, {
      resources: { Api: { ...resource, byLocation: number % 2 === 0 } },
    });
    while (cloudformation.step(stack!, true));
  }
  let running = 0;
  let most = 0;
  cloudformation.onCall = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((next) => setImmediate(next));
    running -= 1;
  };
  cloudformation.calls = 0;
  const report = await reconcileStacks({ store, api: cloudformation, all: true, concurrency: 8 });
  expect(report).toMatchObject({ complete: true, doubts: [] });
  expect(report.outcomes.every(({ result }) => result === 'settled')).toBe(true);
  expect(most).toBe(8);
  // Describe twice, template, change sets, resources; whose credentials these are; and once the list of all.
  expect(cloudformation.calls).toBeLessThanOrEqual(6 * STACKS + 2);

  cloudformation.calls = 0;
  const again = await reconcileStacks({ store, api: cloudformation, all: true, concurrency: 8 });
  expect(again.outcomes.every(({ result }) => result === 'unchanged')).toBe(true);
  await store.close();
});
