import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.js';

let directory: string | undefined;

/**
 * Returns once whatever is written from now on gets a later time than all that was written before: the clock of files moves
 * in steps of some milliseconds. Tests that pretend that their files are old need it before they change them.
 */
export function waitForFileClock(): void {
  const probe = join((directory ??= temporaryDirectory()), 'probe');
  const written = (): number => {
    writeFileSync(probe, 'x');
    return statSync(probe).ctimeMs;
  };
  for (const first = written(); written() === first;);
}
