import { EventBridgeClient, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore, type ArtifactStore, type EventRecord } from '../../src/index.js';
import type { Emulator } from '../emulators/emulator.js';
import { lockBucket, startAccounts, type AwsAccounts } from './support/aws-accounts.js';
import { TestQueue } from './support/test-queue.js';

let accounts: AwsAccounts;
let entered: Emulator;
let store: ArtifactStore;
let queue: TestQueue;

/** An event as a subscriber gets it. */
type Delivered = Omit<EventRecord, 'detail'> & {
  readonly detail: { readonly id: string; readonly sequence: number; readonly eventId: string };
};

beforeAll(async () => {
  accounts = await startAccounts();
  entered = accounts.enterNew();
  store = await openStore('aws:', { by: 'alice' });
  await lockBucket(entered);
  queue = await TestQueue.make(entered, 'subscriber');
  const { endpoint, region, credentials } = entered;
  const events = new EventBridgeClient({ endpoint, region, credentials });
  // What the template invites to: a target of one's own, on the rule that it made.
  await events.send(
    new PutTargetsCommand({
      Rule: 'holdfast-everything',
      EventBusName: 'holdfast',
      Targets: [{ Id: 'subscriber', Arn: queue.arn }],
    }),
  );
  events.destroy();
}, 60_000);
afterAll(async () => {
  await store.close();
  await accounts.close();
});

async function publish(id: string, content: string): Promise<void> {
  await store.publish({ id, source: { kind: 'bytes', bytes: Buffer.from(content) } });
}

async function outbox(): Promise<EventRecord[]> {
  const events: EventRecord[] = [];
  for await (const event of store.events()) if ('sequence' in event) events.push(event);
  return events;
}

test("subscribers of the stack's bus get every event once, and a later relay only what is new", async () => {
  const before = (await outbox()).length;
  for (const content of ['one', 'two', 'three']) {
    await publish('api', content);
    await publish('site', content);
  }
  await store.setBookmark('api:2', 'prod');
  await expect(store.delete('api:2')).rejects.toMatchObject({ code: 'in-use' });

  const recorded = (await outbox()).slice(before);
  expect(recorded).toHaveLength(8);
  expect(await store.relayEvents()).toEqual({ sent: 8, upTo: before + 8 });
  const delivered = (await queue.receive(8)) as Delivered[];
  const byNumber = delivered.toSorted((a, b) => a.detail.sequence - b.detail.sequence);
  expect(byNumber.map(({ detail }) => detail)).toEqual(
    recorded.map(({ detail, sequence, id }) => ({ ...detail, sequence, eventId: id })),
  );
  expect(byNumber.map((event) => [event.source, event['detail-type'], event.resources])).toEqual(
    recorded.map((event) => [event.source, event['detail-type'], event.resources]),
  );

  await publish('api', 'four');
  expect(await store.relayEvents()).toEqual({ sent: 1, upTo: before + 9 });
  expect(((await queue.receive(1)) as Delivered[])[0]!.detail).toMatchObject({
    id: 'api',
    sequence: before + 9,
  });
  expect(await store.relayEvents()).toEqual({ sent: 0, upTo: before + 9 });
  expect(await queue.receive(0)).toEqual([]);
}, 60_000);

test('two relays at once lose nothing, and the mark ends at the last event', async () => {
  const before = (await outbox()).length;
  for (let i = 0; i < 6; i += 1) await publish(`crowd-${i % 2}`, `content ${i}`);
  const other = await openStore('aws:');
  await Promise.all([store.relayEvents(), other.relayEvents()]);
  const delivered = (await queue.receive(6)) as Delivered[];
  expect([...new Set(delivered.map(({ detail }) => detail.sequence))].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 6 }, (_, i) => before + 1 + i),
  );
  expect(await other.relayEvents()).toEqual({ sent: 0, upTo: before + 6 });
  await other.close();
}, 60_000);
