/** Ticks per millisecond: so many events of one process in one millisecond have ticks of their own. */
const PER_MILLISECOND = 1_000;

/**
 * A clock whose ticks order events by their causes, on machines whose clocks differ.
 *
 * Every item that events are about keeps the tick of its last one, and a transaction is refused that does not bring a later
 * one ({@link observe} what it refused with, and the next tick is later). So two events about one item are ordered as they
 * happened. A tick is microseconds since 1970, about.
 */
export class Ticks {
  #last = 0;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  next(): number {
    this.#last = Math.max(this.#last + 1, this.#now() * PER_MILLISECOND);
    return this.#last;
  }

  observe(item: object | null | undefined): void {
    const tick = item !== null && item !== undefined && 'tick' in item ? item.tick : undefined;
    if (typeof tick === 'number') this.#last = Math.max(this.#last, tick);
  }
}
