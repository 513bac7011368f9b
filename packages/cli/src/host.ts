import { homedir } from 'node:os';

/** What the command takes from the machine that it runs on. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** This process's host. */
export function currentHost(): Host {
  const { env, platform, stdin, stdout, stderr } = process;
  return { env, cwd: process.cwd(), home: homedir(), platform, stdin, stdout, stderr };
}
