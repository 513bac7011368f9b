import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A running AWS emulator, and what a client needs to talk to it. */
export interface Emulator {
  /** Such as `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Ends it and waits until it is gone. Safe to repeat. */
  stop(): Promise<void>;
}

export type EmulatorName = 'ministack' | 'moto';

export interface EmulatorOptions {
  /** Further environment variables, such as `INITIAL_NO_AUTH_ACTION_COUNT` of moto. */
  readonly env?: Readonly<Record<string, string>>;
}

const READY_WITHIN_MS = 60_000;
const HEALTH: Readonly<Record<EmulatorName, string>> = {
  ministack: '/_ministack/health',
  moto: '/moto-api/data.json',
};
/** What each takes its callers for: ministack reads the account from the access key, moto has one of its own. */
const ACCOUNT: Readonly<Record<EmulatorName, string>> = { ministack: '123456789012', moto: '123456789012' };

const workspace = resolve(__dirname, '../../../..');
const windows = process.platform === 'win32';

/** The Python of the tests' virtual environment. Throws when it was not made: a missing emulator is a failure, never a skip. */
export function pythonOfTests(environment = '.venv'): string {
  const python = join(workspace, environment, windows ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(python))
    throw new Error(`The Python environment ${environment} is missing. Run: npm run setup`);
  return python;
}

/**
 * Starts an emulator on a free port of 127.0.0.1 and waits until it answers.
 *
 * Its state is its own and goes with it. It also goes when this process ends in any way, a kill included.
 */
export async function startEmulator(
  name: EmulatorName,
  { env = {} }: EmulatorOptions = {},
): Promise<Emulator> {
  const child: Child = spawn(pythonOfTests(), [join(__dirname, 'serve.py'), name], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...withoutAws(process.env), LOG_LEVEL: 'ERROR', PYTHONUNBUFFERED: '1', ...env },
  });
  // Its standard input closes with it; writing is not what it is for.
  child.stdin.on('error', () => undefined);
  const log = tailOf(child.stderr);
  const stop = () => end(child);
  try {
    const endpoint = `http://127.0.0.1:${await portOf(child)}`;
    // It listens already, so that this one request waits until the emulator has loaded.
    const answer = await fetch(endpoint + HEALTH[name], { signal: AbortSignal.timeout(READY_WITHIN_MS) });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`its health check answered ${answer.status}`);
    const account = ACCOUNT[name];
    return {
      endpoint,
      region: 'eu-west-1',
      account,
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`${name} did not start: ${String(error)}\n${log()}`, { cause: error });
  }
}

async function portOf(child: Child): Promise<number> {
  let printed = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    if (printed.includes('\n')) break;
  }
  // What it prints later must not fill the pipe.
  child.stdout.resume();
  const port = Number(printed.split('\n')[0]);
  if (!(port > 0)) throw new Error(`it printed ${JSON.stringify(printed)} instead of its port`);
  return port;
}

async function end(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}

function tailOf(stream: Readable): () => string {
  let tail = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-4_000);
  });
  return () => tail;
}

/** Credentials and settings of the caller's account stay out. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}
