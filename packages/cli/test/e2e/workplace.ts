import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const HOLDFAST = resolve(__dirname, '../../bin/holdfast.js');
/** What was compiled in earlier runs: every workplace has a home of its own, and none would have any. */
const COMPILED = resolve(__dirname, '../../../../node_modules/.cache/tests/code');

export interface Result {
  /** The exit code, or the signal's name. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
}

/** A temporary folder with a store in it, where the built command is run as a user would. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  readonly store = join(this.folder, 'store-folder');

  constructor(configuration: readonly string[] = []) {
    this.write('holdfast.yaml', ['store: file:store-folder', ...configuration].join('\n'));
  }

  /** Writes a file and the folders above it. Returns its path. */
  write(name: string, content: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  start(args: readonly string[], { env = {} }: RunOptions = {}): ChildProcess {
    return spawn(process.execPath, [HOLDFAST, ...args], {
      cwd: this.folder,
      env: {
        ...{ PATH: process.env['PATH'] ?? '', HOME: this.folder, NODE_COMPILE_CACHE: COMPILED },
        ...env,
      },
    });
  }

  /** Runs to the end. Throws when stderr holds what no normal message may: a stack trace or a path inside of the store. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    const result = await resultOf(this.start(args, options), options.input);
    const forbidden = /\n\s+at .*[:(]/.test(result.stderr) || result.stderr.includes(this.store);
    if (forbidden && !args.includes('--debug')) throw new Error(`not fit for users: ${result.stderr}`);
    return result;
  }

  /** Runs what must succeed, and returns its standard output without the last line break. */
  async must(...args: readonly string[]): Promise<string> {
    const result = await this.run(args);
    if (result.code !== 0)
      throw new Error(`holdfast ${args.join(' ')}: ${String(result.code)} ${result.stderr}`);
    return result.stdout.replace(/\n$/, '');
  }

  /** Runs what must succeed with `--json`, and returns the document. */
  async json<Document = Record<string, unknown>>(...args: readonly string[]): Promise<Document> {
    return JSON.parse(await this.must(...args, '--json')) as Document;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function resultOf(child: ChildProcess, input: string | Buffer = ''): Promise<Result> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin?.on('error', () => undefined).end(input);
  return new Promise((done, fail) => {
    child.on('error', fail).on('close', (code, signal) => done({ code: code ?? signal, stdout, stderr }));
  });
}

export const versionArn = (name: string): string =>
  `arn:aws:holdfast:local:000000000000:version/default/${name}`;
