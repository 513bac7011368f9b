import assert from 'node:assert/strict';
import { act } from './act.js';
import type { Command } from './commands.js';
import { emptyModel, step } from './model.js';
import { observeModel } from './observe-model.js';
import { observeStore } from './observe-store.js';
import type { Scene } from './scene.js';

/**
 * Plays a history on a store and on the model, its steps in turn through the scene's two handles.
 *
 * Throws an `AssertionError` at the first answer in which they disagree, or when in the end they show different things.
 * The scene's repository must be new and nobody else may write to the store meanwhile.
 */
export async function replay(scene: Scene, commands: readonly Command[]): Promise<void> {
  let model = emptyModel(scene.clock.now, scene.recoveryWindowMs);
  const before = await lastSequence(scene);
  for (const [i, command] of commands.entries()) {
    const [next, expected] = step(model, command);
    const actual = await act(scene, scene.stores[i % 2 === 0 ? 0 : 1], command);
    assert.equal(actual, expected, `step ${i}, ${JSON.stringify(command)}`);
    model = next;
  }
  assert.deepEqual(await observeStore(scene, scene.stores[1], before), observeModel(model));
}

const lastSeen = new WeakMap<object, number>();

/** The outbox is read only from where the last history on this store ended. */
async function lastSequence({ stores }: Scene): Promise<number> {
  let last = lastSeen.get(stores) ?? 0;
  for await (const event of stores[0].events({ after: last }))
    last = 'sequence' in event ? event.sequence : last;
  lastSeen.set(stores, last);
  return last;
}
