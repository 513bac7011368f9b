import { homedir } from 'node:os';

/** What settings are read from: an environment, a folder to start in, and whose machine it is. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** This process's machine. */
export function currentMachine(): Machine {
  const { env, platform } = process;
  return { env, cwd: process.cwd(), home: homedir(), platform };
}
