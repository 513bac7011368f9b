import { currentMachine, type Machine } from '@holdfast/core/settings';

/** What the command takes from the machine that it runs on. */
export interface Host extends Machine {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * This process's host. A stream is made when it is first asked for, which takes milliseconds.
 *
 * @param onError what is done when nobody takes what is written to stdout or stderr
 */
export function currentHost(onError: (error: NodeJS.ErrnoException) => void): Host {
  const guarded = new Set<NodeJS.WriteStream>();
  const guard = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    if (!guarded.has(stream)) stream.on('error', onError);
    guarded.add(stream);
    return stream;
  };
  return {
    ...currentMachine(),
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return guard(process.stdout);
    },
    get stderr() {
      return guard(process.stderr);
    },
  };
}
