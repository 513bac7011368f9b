import { setImmediate as nextTick } from 'node:timers/promises';

/** Ends with an actor that was killed: what it waits for never comes. */
const NEVER = new Promise<never>(() => undefined);

/**
 * Lets actors that work at once take their steps one by one, in an order that the random numbers between 0 and 1 decide, and kills some in between.
 */
export class Interleaving {
  readonly #random: () => number;
  readonly #waiting: { readonly actor: number; readonly go: () => void }[] = [];
  readonly #killed = new Set<number>();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The thing as an actor uses it: each call of a method is one step. Streams and iterables are passed on as they are. */
  stepwise<T extends object>(actor: number, thing: T): T {
    return new Proxy(thing, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method = value as (...args: unknown[]) => unknown;
        if (name === 'surveyVersions' || name === 'list') return method.bind(target);
        return async (...args: unknown[]) => {
          await this.#turn(actor);
          return method.apply(target, args);
        };
      },
    });
  }

  #turn(actor: number): Promise<void> {
    if (this.#killed.has(actor)) return NEVER;
    return new Promise((go) => this.#waiting.push({ actor, go }));
  }

  /** Runs the actors to their end, or to their death; looks at the world after every step. */
  async run(actors: readonly (() => Promise<unknown>)[], look: () => Promise<void>): Promise<void> {
    const left = new Set(actors.keys());
    const failures: unknown[] = [];
    for (const [actor, act] of actors.entries()) {
      act().then(
        () => left.delete(actor),
        (error: unknown) => {
          failures.push(error);
          left.delete(actor);
        },
      );
    }
    for (;;) {
      for (let i = 0; i < 3; i += 1) await nextTick();
      if (failures.length > 0) throw failures[0];
      if ([...left].every((actor) => this.#killed.has(actor))) return;
      const index = Math.floor(this.#random() * this.#waiting.length);
      const [step] = this.#waiting.splice(index, 1);
      if (step === undefined) continue;
      // Few: most histories should go far.
      if (this.#random() < 0.02) this.#kill(step.actor);
      else step.go();
      for (let i = 0; i < 2; i += 1) await nextTick();
      await look();
    }
  }

  #kill(actor: number): void {
    this.#killed.add(actor);
    for (let i = this.#waiting.length - 1; i >= 0; i -= 1)
      if (this.#waiting[i]!.actor === actor) this.#waiting.splice(i, 1);
  }
}
