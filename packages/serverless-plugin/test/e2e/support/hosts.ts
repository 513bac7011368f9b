import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The hosts that the plugin is tested with, as they are installed for development. */
export const HOSTS = ['serverless', 'osls3', 'osls4'] as const;
export type HostName = (typeof HOSTS)[number];

export interface HostRun {
  readonly code: number | null;
  /** Both outputs, in the order in which they came. */
  readonly text: string;
}

/** Nothing is told to anybody, and nobody is asked for a newer version. */
const SILENT = {
  CI: '1',
  SLS_TELEMETRY_DISABLED: '1',
  SLS_TRACKING_DISABLED: '1',
  SLS_NOTIFICATIONS_MODE: 'off',
  SLS_AWS_MONITORING_FREQUENCY: '200',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

/** Whatever a host's first start on a machine makes for the next ones, which takes longer than all the rest of it. */
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? tmpdir(), 'serverless-hosts');
const WARM = { SLS_SCHEMA_CACHE_BASE_DIR: CACHE, NODE_COMPILE_CACHE: join(CACHE, 'compiled') } as const;

export interface HostOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gets what kills the host at once, as soon as the host runs. */
  readonly started?: (kill: () => void) => void;
}

/** Runs a host as a user would, in a process of its own. */
export async function runHost(
  host: HostName,
  args: readonly string[],
  { cwd, env, started }: HostOptions,
): Promise<HostRun> {
  const bin = join(dirname(require.resolve(`${host}/package.json`)), 'bin/serverless.js');
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: join(cwd, '.home'), ...SILENT, ...WARM, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  started?.(() => void child.kill('SIGKILL'));
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  return { code, text };
}

/** Like {@link runHost}; throws with everything that the host said unless it succeeds. */
export async function mustRun(
  host: HostName,
  args: readonly string[],
  options: HostOptions,
): Promise<string> {
  const { code, text } = await runHost(host, args, options);
  if (code !== 0) throw new Error(`${host} ${args.join(' ')} ended with ${code}:\n${text}`);
  return text;
}
