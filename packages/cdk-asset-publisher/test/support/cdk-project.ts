import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import type { Emulator } from '../../../core/test/emulators/emulator.js';

const HERE = resolve(__dirname, '../..');
export const HOLDFAST_CDK = join(HERE, 'bin/holdfast-cdk.js');
const HOLDFAST = resolve(HERE, '../cli/bin/holdfast.js');
const CDK = join(HERE, 'node_modules/aws-cdk/bin/cdk');
const EXAMPLES = resolve(HERE, '../../examples');
export const FIXTURES = join(HERE, 'test/fixtures');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it printed when it ended with 0; throws what went wrong otherwise. */
export async function succeed(run: Promise<Ended>): Promise<string> {
  const { code, stdout, stderr } = await run;
  if (code !== 0) throw new Error(`it ended with ${code}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

/** A user's project in a folder of its own, with the shop of the fixtures as its app. */
export class CdkProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-test-'));
  /** The code that the app deploys; tests change it. */
  readonly code = join(this.folder, 'code');
  /** Variables for whatever is run. */
  readonly env: Record<string, string> = {};
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    cpSync(join(FIXTURES, 'app/code'), this.code, { recursive: true });
    mkdirSync(join(this.folder, 'home'));
  }

  /** Copies an app of the examples here, with what its `package.json` names installed. */
  useExample(name: string): void {
    cpSync(join(EXAMPLES, name), this.folder, { recursive: true });
    mkdirSync(join(this.folder, 'node_modules/@holdfast'), { recursive: true });
    for (const library of ['aws-cdk', 'aws-cdk-lib', 'constructs'])
      symlinkSync(join(HERE, 'node_modules', library), join(this.folder, 'node_modules', library));
    symlinkSync(HERE, join(this.folder, 'node_modules/@holdfast/cdk-asset-publisher'));
  }

  /** Writes `cdk.json`. */
  configure(settings: { readonly app: string }): void {
    writeFileSync(join(this.folder, 'cdk.json'), JSON.stringify(settings));
  }

  change(file: string, text: string): void {
    writeFileSync(join(this.code, file), text);
  }

  holdfastCdk(args: readonly string[]): Promise<Ended> {
    return this.#run([HOLDFAST_CDK, ...args]);
  }

  /** Begins `holdfast-cdk`, which a test breaks off. The end is that of everything below it, too. */
  startHoldfastCdk(args: readonly string[]): {
    readonly child: ChildProcess;
    readonly ended: Promise<Ended>;
  } {
    return this.#start([HOLDFAST_CDK, ...args]);
  }

  holdfast(args: readonly string[]): Promise<Ended> {
    return this.#run([HOLDFAST, ...args]);
  }

  /** The real `cdk`, as a user without Holdfast runs it. */
  cdk(args: readonly string[]): Promise<Ended> {
    return this.#run([CDK, ...args]);
  }

  /** A program of the user's. */
  node(args: readonly string[]): Promise<Ended> {
    return this.#run(args);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(args: readonly string[]): Promise<Ended> {
    return this.#start(args).ended;
  }

  #start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const { endpoint } = this.#emulator;
    const child = spawn(process.execPath, [...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: join(this.folder, 'home'),
        XDG_CACHE_HOME: join(this.folder, 'cache'),
        ...awsEnvironment(this.#emulator),
        HOLDFAST_STORE: 'aws:',
        CODE: this.code,
        // The CDK hands S3's own endpoint to CloudFormation; the emulator's is elsewhere.
        AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: endpoint.replace('127.0.0.1', 'localhost'),
        // Nothing leaves this machine.
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CDK_DISABLE_VERSION_CHECK: 'true',
        CDK_NOTICES: 'false',
        // The CDK's own look at every template takes longer than everything else that an app does.
        CDK_VALIDATION: 'false',
        NODE_OPTIONS: `--require=${join(HERE, 'test/support/impatient-cdk.cjs')}`,
        // Where Holdfast's commands have theirs: the CDK is compiled once, and not again by each test's command.
        NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
        NO_COLOR: '1',
        CI: '1',
        ...this.env,
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ended>((done, failed) => {
      child.on('error', failed);
      child.on('close', (code) => {
        done({ code: code ?? -1, stdout, stderr });
      });
    });
    return { child, ended };
  }
}
