import { currentMachine, type Machine } from '@holdfast/core/settings';

/** What the command takes from the machine that it runs on. */
export interface Host extends Machine {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** This process's host. */
export function currentHost(): Host {
  const { stdin, stdout, stderr } = process;
  return { ...currentMachine(), stdin, stdout, stderr };
}
