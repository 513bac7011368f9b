import { currentMachine, type Machine } from '@holdfast/core/settings';

/** What holdfast-sam takes from the process that it runs in. */
export interface SamHost extends Machine {
  readonly stdout: Pick<NodeJS.WritableStream, 'write'>;
  readonly stderr: Pick<NodeJS.WritableStream, 'write'>;
}

/** This process. */
export function currentSamHost(): SamHost {
  return { ...currentMachine(), stdout: process.stdout, stderr: process.stderr };
}
