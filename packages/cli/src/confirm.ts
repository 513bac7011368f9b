import type { Host } from './host.js';
import { UsageError } from './usage-error.js';

/** Options of commands that take something away. */
export interface ConfirmOptions {
  readonly yes?: boolean;
}

/** The user was asked and said no. */
export class Declined extends Error {
  override readonly name = 'Declined';

  constructor() {
    super('nothing was changed');
  }
}

type Terminal = Pick<Host, 'stdin' | 'stderr'>;

/** Refuses, before anything else happens, a destructive command that can neither ask nor was told `--yes`. */
export function requireConsent(options: ConfirmOptions, { stdin, stderr }: Terminal): void {
  if (options.yes || (stdin.isTTY && stderr.isTTY)) return;
  throw new UsageError(
    'this needs a confirmation, and there is no terminal to ask on',
    'Add --yes to confirm.',
  );
}

/** Asks on the terminal, unless `--yes` was given. Throws {@link Declined} for anything but `y` or `yes`. */
export async function confirm(
  question: string,
  options: ConfirmOptions,
  { stdin, stderr }: Terminal,
): Promise<void> {
  if (options.yes) return;
  const { createInterface } = require('node:readline/promises') as typeof import('node:readline/promises');
  const prompt = createInterface({ input: stdin, output: stderr });
  // Control-C and Control-D at the question are a no as well; readline takes the signal for itself.
  const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([prompt.question(`${question} [y/N] `), closed]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined();
  } finally {
    prompt.close();
  }
}
