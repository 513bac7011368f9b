import type { Engine } from '../ports/index.js';

/** The same storage opened twice: two CI jobs that know nothing of each other. */
export interface OpenedEngine {
  readonly handles: readonly [Engine, Engine];
  /** Closes both and removes the storage. */
  close(): Promise<void>;
}

/** How the suite gets at an engine. Every call opens fresh, empty storage. */
export interface EngineHarness {
  readonly name: string;
  open(): Promise<OpenedEngine>;
}

/**
 * One promise of a port. `run` opens storage of its own, and throws an `AssertionError` when the promise is broken,
 * so the suite runs under any test runner: `for (const { name, run } of cases) test(name, run)`.
 */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** What one case checks: `a` and `b` are handles on one storage. */
export type ContractBody = (a: Engine, b: Engine) => Promise<void>;

/** Makes cases of the bodies, by name. */
export function contractCases(
  harness: EngineHarness,
  concern: string,
  bodies: Readonly<Record<string, ContractBody>>,
): readonly ContractCase[] {
  return Object.entries(bodies).map(([promise, body]) => ({
    name: `${harness.name} ${concern}: ${promise}`,
    run: async () => {
      const opened = await harness.open();
      try {
        await body(...opened.handles);
      } finally {
        await opened.close();
      }
    },
  }));
}
