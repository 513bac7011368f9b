import { writeSync } from 'node:fs';

/** Tells the parent, before the next step: a kill afterwards does not unsay it. */
export function say(value: unknown): void {
  writeSync(1, `${JSON.stringify(value)}\n`);
}

/** Says that this worker is ready, and waits until all are. */
export async function startTogether(): Promise<void> {
  say('ready');
  for await (const _ of process.stdin) {
    // Its end is the signal.
  }
}
