import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formerUsesAfter, MAX_FORMER } from '../../../src/engines/former-uses/update.js';
import type { FormerUse } from '../../../src/model.js';

const consumer = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1';
const slots = ['A', 'B', 'C'] as const;
type State = Readonly<Partial<Record<(typeof slots)[number], number>>>;

const use = (slot: string, number: number) => ({
  ...{ consumer, slot, version: { repository: 'default', id: 'x', number }, releasedAt: '' },
});

/** Settles from state to state, as an engine does. */
function play(states: readonly State[]): FormerUse[] {
  let history: FormerUse[] = [];
  let before: State = {};
  for (const state of states) {
    const entries = Object.entries(before) as [keyof State, number][];
    const released = entries.filter(([slot, number]) => state[slot] !== number);
    const held = Object.entries(state).map(([slot, number]) => use(slot, number));
    if (released.length > 0) {
      history = formerUsesAfter(
        history,
        released.map(([slot, number]) => use(slot, number)),
        held,
      );
    }
    before = state;
  }
  return history;
}

const state: fc.Arbitrary<State> = fc.dictionary(fc.constantFrom(...slots), fc.integer({ min: 1, max: 5 }), {
  noNullPrototype: true,
});
const histories = fc.array(state, { maxLength: 12 });

test('in a slot that never was empty, ranks are those of its history read backwards', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 }), (numbers) => {
      const present = numbers.at(-1)!;
      const past = [...new Set(numbers.toReversed())].filter((number) => number !== present);
      const told = play(numbers.map((number) => ({ A: number }))).toSorted((a, b) => a.rank - b.rank);
      expect(told.map(({ version, rank }) => [version.number, rank])).toEqual(
        past.map((number, i) => [number, i + 1]),
      );
    }),
  );
});

test('what was released last has rank 1, and nothing that is held is former', () => {
  fc.assert(
    fc.property(histories, state, state, (states, before, last) => {
      const told = play([...states, before, last]);
      for (const slot of slots) {
        const number = before[slot];
        if (number === undefined || number === last[slot] || Object.keys(last).length === 0) continue;
        expect(told).toContainEqual({ ...use(slot, number), rank: 1 });
      }
      // The history is brought up to date when something is released, and that is when it matters.
      const releases = slots.some((slot) => before[slot] !== undefined && before[slot] !== last[slot]);
      const held = told.filter(({ slot, version }) => last[slot as keyof State] === version.number);
      expect(releases ? held : []).toEqual([]);
    }),
  );
});

test('a version is once in a slot, with a rank from 1', () => {
  fc.assert(
    fc.property(histories, (states) => {
      const told = play(states);
      expect(new Set(told.map(({ slot, version }) => `${slot} ${version.number}`)).size).toBe(told.length);
      expect(told.every(({ rank }) => rank >= 1 && rank <= MAX_FORMER)).toBe(true);
    }),
  );
});

test('a consumer that holds nothing remembers nothing', () => {
  fc.assert(fc.property(histories, (states) => expect(play([...states, {}])).toEqual([])));
});

test('slots whose names change with every deployment are forgotten', () => {
  let history: FormerUse[] = [];
  for (let i = 1; i <= 50; i += 1) {
    history = formerUsesAfter(history, [use(`Slot${i}`, i)], [use(`Slot${i + 1}`, i + 1)]);
  }
  expect(history.map(({ rank }) => rank).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: MAX_FORMER }, (_, i) => i + 1),
  );
});
