import fc from 'fast-check';
import { NAMES, type Command, type Use } from '../../../src/testing/index.js';

const HOUR_MS = 3_600_000;

// The first of each most often, so that the steps of a history meet at one version.
const id = fc.constantFrom(NAMES.ids[0], ...NAMES.ids);
const number = fc.constantFrom(1, 1, 1, 1, 2, 2, 3, 4);
const bookmark = fc.constantFrom(...NAMES.bookmarks);
const consumer = fc.constantFrom(...NAMES.consumers);
const deployment = fc.constantFrom(...NAMES.deployments);

const use: fc.Arbitrary<Use> = fc.record(
  { id, number: fc.constantFrom(1, 1, 1, 2, 2, 3), slot: fc.constantFrom(...NAMES.slots), bookmark },
  { requiredKeys: ['id', 'number', 'slot'] },
);
const uses = fc.array(use, { maxLength: 3 });

/** One random step; publishing most often, so that the others find something to work on. */
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('publish'), id, content: fc.constantFrom(...NAMES.contents) }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        kind: fc.constant('bookmark'),
        id,
        number,
        name: bookmark,
        expected: fc.option(fc.integer({ min: 1, max: 2 })),
      },
      { requiredKeys: ['kind', 'id', 'number', 'name'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unbookmark'), id, name: bookmark }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pin'), consumer, deployment, uses }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bind'),
      from: fc.constant('unborn'),
      deployment,
      to: fc.constantFrom('shop', 'blog', 'unborn'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('settle'),
      consumer,
      deployment,
      uses,
      mode: fc.constantFrom('replace', 'add'),
      releasePins: fc.subarray([...NAMES.deployments]),
      stale: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'undelete'), id, number }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('gc'), dryRun: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance'),
      ms: fc.constantFrom(1, HOUR_MS, 4 * 24 * HOUR_MS, 8 * 24 * HOUR_MS),
    }),
  },
);

/** The way to the end of a version, which single random steps seldom find. */
const burial: fc.Arbitrary<Command[]> = fc.tuple(
  fc.record({ kind: fc.constant('delete'), id, number }),
  fc.record({ kind: fc.constant('advance'), ms: fc.constant(8 * 24 * HOUR_MS) }),
  fc.record({ kind: fc.constant('gc'), dryRun: fc.constant(false) }),
);

export const history: fc.Arbitrary<Command[]> = fc
  .array(fc.oneof({ weight: 15, arbitrary: fc.tuple(command) }, { weight: 1, arbitrary: burial }), {
    minLength: 4,
    maxLength: 11,
    size: 'max',
  })
  .map((steps) => steps.flat());
