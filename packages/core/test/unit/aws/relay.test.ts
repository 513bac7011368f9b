import { expect, test } from '@jest/globals';
import { EventBridgeBus } from '../../../src/engines/aws/events/event-bridge-bus.js';
import { bytesOf, entryOf } from '../../../src/engines/aws/events/entries.js';
import type { EventsApi } from '../../../src/engines/aws/events/client.js';
import type { EventRecord } from '../../../src/events/index.js';
import type { Catalog, EventBus } from '../../../src/ports/index.js';
import { relayEvents } from '../../../src/store/relay.js';

type Entries = NonNullable<Parameters<EventsApi['putEvents']>[0]['Entries']>;

const LIMIT = 256 * 1024;

function eventOf(sequence: number, id: string, detail: object = {}): EventRecord {
  return {
    ...{ sequence, version: '0', id: `event-${sequence}`, 'detail-type': 'Holdfast Version Published' },
    ...{ source: 'holdfast', account: '123456789012', region: 'eu-west-1', resources: [`arn:${id}`] },
    ...{ time: '2026-01-01T00:00:00.000Z', detail: { repository: 'default', id, ...detail } },
  };
}

/** An EventBridge that does what each test says, and a mark and an outbox that outlive the relays. */
class World {
  readonly events: EventRecord[];
  readonly requests: Entries[] = [];
  readonly pauses: number[] = [];
  marked = 0;
  /** What arrived, in order, by the numbers in the outbox. */
  readonly arrived: { readonly id: string; readonly sequence: number; readonly eventId: string }[] = [];
  /** Why EventBridge refuses an event at this moment. */
  refuse: (sequence: number) => string | undefined = () => undefined;
  /** Throws instead of answering: before or after the events arrived. */
  fail: 'before' | 'after' | undefined;
  dieBeforeMark = false;

  constructor(events: readonly EventRecord[]) {
    this.events = [...events];
  }

  readonly #api: EventsApi = {
    putEvents: async ({ Entries = [] }) => {
      this.requests.push(Entries);
      if (this.fail === 'before') throw new Error('connection reset');
      const answers = Entries.map((entry) => {
        const detail = JSON.parse(entry.Detail!) as World['arrived'][number];
        const why = this.refuse(detail.sequence);
        if (why !== undefined) return { ErrorCode: why, ErrorMessage: `told: ${why}` };
        this.arrived.push(detail);
        return { EventId: 'given' };
      });
      if (this.fail === 'after') throw new Error('the answer was lost');
      const FailedEntryCount = answers.filter((answer) => 'ErrorCode' in answer).length;
      return { Entries: answers, FailedEntryCount, $metadata: {} };
    },
    close: () => undefined,
  };

  relay(): ReturnType<typeof relayEvents> {
    const mark: Pick<EventBus, 'sentUpTo' | 'markSent'> = {
      sentUpTo: async () => this.marked,
      markSent: async (upTo) => {
        if (this.dieBeforeMark) throw new Error('killed');
        this.marked = Math.max(this.marked, upTo);
      },
    };
    const catalog = {
      readEvents: async ({ after = 0, limit }: { after?: number; limit: number }) =>
        this.events.filter(({ sequence }) => sequence > after).slice(0, limit),
    } as unknown as Catalog;
    const bus = new EventBridgeBus(async () => this.#api, 'holdfast', mark);
    return relayEvents({ url: 'aws:', bus, catalog }, async (ms) => this.pauses.push(ms));
  }

  numbersOf(id: string): number[] {
    return this.arrived.filter((event) => event.id === id).map(({ sequence }) => sequence);
  }
}

const crowd = (count: number, ids: number): EventRecord[] =>
  Array.from({ length: count }, (_, i) => eventOf(i + 1, `artifact-${i % ids}`));

test('every event arrives once, an artifact’s in order, ten in a request; the next relay sends nothing', async () => {
  const world = new World(crowd(1_200, 40));
  expect(await world.relay()).toEqual({ sent: 1_200, upTo: 1_200 });
  expect(world.arrived.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
    world.events.map(({ sequence }) => sequence),
  );
  for (let i = 0; i < 40; i += 1) {
    const numbers = world.numbersOf(`artifact-${i}`);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
  expect(Math.max(...world.requests.map((request) => request.length))).toBe(10);
  expect(world.requests.length).toBeLessThan(140);
  const before = world.requests.length;
  expect(await world.relay()).toEqual({ sent: 0, upTo: 1_200 });
  expect(world.requests).toHaveLength(before);
});

test.each(['before', 'after'] as const)(
  'an EventBridge that fails %s it took the events loses none, and none is marked',
  async (fail) => {
    const world = new World(crowd(30, 30));
    world.fail = fail;
    await expect(world.relay()).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('No event is lost'),
    });
    expect(world.marked).toBe(0);
    // Bounded, and it waited longer and longer at most.
    expect(world.requests).toHaveLength(5 * 3);
    expect(world.pauses).toHaveLength(4);
    world.fail = undefined;
    await world.relay();
    expect(new Set(world.arrived.map(({ eventId }) => eventId)).size).toBe(30);
    expect(world.marked).toBe(30);
  },
);

test('what EventBridge refuses of a request is sent again, and nothing of that artifact overtakes it', async () => {
  const world = new World(crowd(20, 5));
  let refusals = 0;
  world.refuse = (sequence) => (sequence === 3 && refusals++ < 3 ? 'InternalFailure' : undefined);
  expect(await world.relay()).toEqual({ sent: 20, upTo: 20 });
  expect(refusals).toBeGreaterThan(3);
  expect(world.numbersOf('artifact-2')).toEqual([3, 8, 13, 18]);
});

test('one event that is refused for ever stops neither the others nor is passed by the mark', async () => {
  const world = new World(crowd(20, 5));
  world.refuse = (sequence) => (sequence === 7 ? 'ThrottlingException' : undefined);
  await expect(world.relay()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('told: ThrottlingException'),
  });
  expect(world.marked).toBe(6);
  expect(world.numbersOf('artifact-1')).toEqual([2]);
  expect(world.numbersOf('artifact-0')).toEqual([1, 6, 11, 16]);
  world.refuse = () => undefined;
  await world.relay();
  expect(world.numbersOf('artifact-1')).toEqual([2, 7, 12, 17]);
  expect(world.marked).toBe(20);
});

test('a relay that dies between sending and marking sends again', async () => {
  const world = new World(crowd(4, 4));
  world.dieBeforeMark = true;
  await expect(world.relay()).rejects.toThrow('killed');
  expect(world.arrived).toHaveLength(4);
  world.dieBeforeMark = false;
  expect(await world.relay()).toEqual({ sent: 4, upTo: 4 });
  const ids = world.arrived.map(({ eventId }) => eventId);
  expect(ids.slice(4)).toEqual(ids.slice(0, 4));
});

test('a refused caller is told so at once', async () => {
  const world = new World(crowd(4, 4));
  const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  world.refuse = () => {
    throw denied;
  };
  await expect(world.relay()).rejects.toMatchObject({ code: 'access-denied' });
  expect(world.requests).toHaveLength(1);
});

test('requests stay below the limit; an event that could never fit is shortened and says so', async () => {
  const users = (count: number): object => ({
    users: Array.from({ length: count }, () => 'ü'.repeat(1_000)),
  });
  const world = new World([
    ...Array.from({ length: 6 }, (_, i) => eventOf(i + 1, `a-${i}`, users(45))),
    eventOf(7, 'huge', users(5_000)),
  ]);
  await world.relay();
  for (const request of world.requests) {
    expect(request.reduce((sum, entry) => sum + bytesOf(entry), 0)).toBeLessThan(LIMIT);
  }
  expect(world.requests.length).toBeGreaterThan(2);
  const { Detail } = entryOf(world.events[6]!, 'holdfast');
  expect(JSON.parse(Detail!)).toMatchObject({ shortened: true, sequence: 7, eventId: 'event-7', id: 'huge' });
  expect(JSON.parse(entryOf(world.events[0]!, 'holdfast').Detail!)).not.toHaveProperty('shortened');
});

test('a store without a bus says so', async () => {
  await expect(relayEvents({ url: 'file:x', catalog: {} as Catalog })).rejects.toMatchObject({
    code: 'unsupported',
  });
});
