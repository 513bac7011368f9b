import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openStore, type ArtifactStore } from '@holdfast/core';
import { openCloudFormation, reconcileStacks, type CloudFormationApi } from '../../src/index.js';
import { FakeCloudFormation, PLACE } from '../support/cloudformation/fake-cloudformation.js';
import {
  serveCloudFormation,
  type ServedCloudFormation,
} from '../support/cloudformation/serve-cloudformation.js';

/** By hand 10,000: the calls and seconds are printed when the number is given. */
const given = process.env['HOLDFAST_TEST_STACKS'];
const STACKS = Number(given ?? 120);
/** One in so many requests is throttled. */
const THROTTLED = 100;
const CONCURRENCY = 8;

let store: ArtifactStore;
let served: ServedCloudFormation;
let api: CloudFormationApi;

beforeAll(async () => {
  store = await openStore(`memory:${randomUUID()}`, { identity: PLACE, bucket: 'artifacts' });
  const { version } = await store.publish({
    id: 'api',
    source: { kind: 'bytes', bytes: Buffer.from('api') },
  });
  const fake = new FakeCloudFormation(() => new Date());
  for (let number = 0; number < STACKS; number += 1) {
    const { arn, digest } = version;
    const Api = {
      version: arn,
      digest,
      retain: false,
      byLocation: number % 2 === 0,
      owed: { protected: true },
    };
    const stack = fake.deploy(`s${number}`, { resources: { Api } });
    while (fake.step(stack!, true));
  }
  served = await serveCloudFormation(fake, THROTTLED);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  api = await openCloudFormation({ region: PLACE.region, endpoint: served.endpoint, credentials });
});
afterAll(async () => {
  api.close();
  await served.close();
  await store.close();
});

const calls = (): number => [...served.answered.values()].reduce((sum, it) => sum + it, 0);

test(
  `${STACKS} stacks by the SDK's client, throttled, ended in the middle and gone on with: each is read once`,
  async () => {
    const started = performance.now();
    const ended = new AbortController();
    let settled = 0;
    const run = (more: object) =>
      reconcileStacks({ store, api, all: true, concurrency: CONCURRENCY, ...more });
    const first = await run({
      signal: ended.signal,
      onOutcome: () => {
        settled += 1;
        if (settled === Math.floor(STACKS / 2)) ended.abort();
      },
    });
    expect(first).toMatchObject({ complete: false, doubts: [] });
    // Those that were being settled were gone through with.
    expect(first.outcomes.length).toBeLessThan(STACKS / 2 + CONCURRENCY);
    const rest = await run({ after: first.last });
    expect(rest).toMatchObject({ complete: true, doubts: [] });
    const outcomes = [...first.outcomes, ...rest.outcomes];
    expect(outcomes.filter(({ result }) => result === 'undecided')).toEqual([]);
    expect(new Set(outcomes.map(({ consumer }) => consumer)).size).toBe(STACKS);
    expect(outcomes.length).toBeLessThan(STACKS + CONCURRENCY);

    expect(served.throttled).toBeGreaterThan(0);
    expect(served.mostAtOnce).toBeLessThanOrEqual(CONCURRENCY);
    // Of each: its state twice, template, change sets, resources. In all: the list, a hundred at a time, for each of both runs.
    expect(calls()).toBeLessThanOrEqual(5 * outcomes.length + 2 * Math.ceil(STACKS / 100) + 1);
    if (given !== undefined) {
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      process.stderr.write(
        `${STACKS} stacks: ${calls()} calls, ${served.throttled} throttled, ${seconds} s\n`,
      );
    }
  },
  60_000 + 500 * STACKS,
);
