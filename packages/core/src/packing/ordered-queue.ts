interface Step {
  readonly weight: number;
  readonly run: () => Promise<void>;
}

/**
 * Work that happens at once and whose results are used in the order in which it was begun, with a bound on how much of it
 * is under way. The first failure, in order, is thrown; what comes after it is not used.
 */
export class OrderedQueue {
  private readonly steps: Step[] = [];
  private underWay = 0;

  /** @param bound the sum of weights that may be under way; a single heavier step is let through alone */
  constructor(private readonly bound: number) {}

  /** Waits until there is room for the weight. Call it before the memory is taken that the weight stands for. */
  async room(weight: number): Promise<void> {
    while (this.steps.length > 0 && this.underWay + weight > this.bound) {
      await this.next();
    }
  }

  /** Whether nothing that is under way has weight. */
  get isLight(): boolean {
    return this.underWay === 0;
  }

  /** Adds work that has begun, and what to do with its result. */
  add<T>(weight: number, work: T | Promise<T>, use: (result: T) => void): void {
    if (work instanceof Promise) {
      // It may fail before its turn comes; the failure is thrown then.
      work.catch(() => undefined);
    }
    this.underWay += weight;
    this.steps.push({ weight, run: async () => use(await work) });
  }

  /** Adds work that has begun or begins when its result is asked for, which may be late. */
  addLazily<T>(weight: number, work: () => T | Promise<T>, use: (result: T) => void): void {
    this.underWay += weight;
    this.steps.push({ weight, run: async () => use(await work()) });
  }

  /** Uses all results that are left. */
  async drain(): Promise<void> {
    while (this.steps.length > 0) {
      await this.next();
    }
  }

  private async next(): Promise<void> {
    const step = this.steps.shift()!;
    await step.run();
    this.underWay -= step.weight;
  }
}
