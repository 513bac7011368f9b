import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- as above
import { bootstrapStore } from '../../../core/test/emulators/bootstrapped.js';
// eslint-disable-next-line no-restricted-imports -- as above
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- as above
import { startRecordingProxy, type RecordingProxy } from '../../../core/test/emulators/recording-proxy.js';

export const WORKSPACE = resolve(__dirname, '../../../..');
const SAM_BIN = join(WORKSPACE, '.venv-sam/bin');
export const HOLDFAST_SAM = join(WORKSPACE, 'packages/sam-hook/bin/holdfast-sam.js');
const HOLDFAST = join(WORKSPACE, 'packages/cli/bin/holdfast.js');

/** The Python that the tests' SAM CLI runs on. */
export const SAM_PYTHON = join(SAM_BIN, 'python');

export interface Result {
  /** The exit code, or the signal's name. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** An open file to read from, in place of a pipe that ends with the process. */
  readonly input?: number | 'pipe';
}

/** An account on an emulator with the store in it, and a folder in which the real tools are run as a user would. */
export class SamPlace {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-sam-test-'));

  private constructor(
    readonly emulator: Emulator,
    private readonly proxy: RecordingProxy,
    readonly bucket: string,
  ) {}

  static async open(): Promise<SamPlace> {
    const emulator = await startEmulator('ministack');
    try {
      const bucket = await bootstrapStore(emulator);
      return new SamPlace(emulator, await startRecordingProxy(emulator), bucket);
    } catch (error) {
      await emulator.stop();
      throw error;
    }
  }

  get env(): Readonly<Record<string, string>> {
    const { NODE_EXTRA_CA_CERTS: _, ...own } = process.env as Record<string, string>;
    return {
      ...own,
      ...awsEnvironment(this.proxy.emulator),
      AWS_DEFAULT_REGION: this.emulator.region,
      HOME: this.folder,
      // A process that is killed leaves its temporary folder behind.
      TMPDIR: this.folder,
      PATH: [SAM_BIN, process.env['PATH']].join(delimiter),
      SAM_CLI_POLL_DELAY: '0.2',
      SAM_CLI_TELEMETRY: '0',
      SAM_CLI_CHECK_INSTALLED_VERSION: '0',
    };
  }

  /** Makes an application of these files in a folder of its own. Returns the folder. */
  app(name: string, files: Readonly<Record<string, string>>): string {
    for (const [file, text] of Object.entries(files)) this.write(name, file, text);
    return name;
  }

  write(app: string, file: string, text: string): void {
    const path = join(this.folder, app, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  copyIn(folder: string, name: string): string {
    cpSync(folder, join(this.folder, name), { recursive: true });
    return name;
  }

  /** The names of everything in an application's folder. */
  filesOf(app: string): string[] {
    return readdirSync(join(this.folder, app), { recursive: true, encoding: 'utf8' }).sort();
  }

  start(
    program: readonly [string, ...string[]],
    app: string,
    { env = {}, input = 'pipe' }: StartOptions = {},
  ): ChildProcess {
    const [command, ...args] = program;
    const stdio: StdioOptions = [input, 'pipe', 'pipe'];
    return spawn(command, args, { cwd: join(this.folder, app), env: { ...this.env, ...env }, stdio });
  }

  /** Runs `holdfast-sam` in an application's folder. */
  holdfastSam(app: string, args: readonly string[], input = '', env = {}): Promise<Result> {
    return resultOf(this.start([process.execPath, HOLDFAST_SAM, ...args], app, { env }), input);
  }

  sam(app: string, ...args: readonly string[]): Promise<Result> {
    return resultOf(this.start(['sam', ...args], app));
  }

  holdfast(...args: readonly string[]): Promise<Result> {
    return this.holdfastAs({}, ...args);
  }

  /** The same with other variables, such as those of another account. */
  holdfastAs(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Result> {
    return resultOf(this.start([process.execPath, HOLDFAST, '--store', 'aws:', ...args], '.', { env }));
  }

  /** The keys of everything that was written to S3 since the last time that sam's calls were asked for. */
  get written(): string[] {
    const puts = this.proxy.calls.filter(({ service, action }) => service === 's3' && action === 'PUT');
    return puts.filter(({ status }) => status === 200).map(({ path }) => path);
  }

  /** What sam itself asked for since the last time, as `service action`; Holdfast's own requests name another SDK. */
  callsOfSam(): string[] {
    const calls = this.proxy.calls.filter(({ userAgent }) => userAgent.startsWith('Boto3/'));
    this.proxy.clear();
    return calls.map(({ service, action }) => `${service} ${action}`);
  }

  /** Asks a service the way that any other tool would. */
  async aws(service: string, method: string, path: string, body?: string | URLSearchParams): Promise<string> {
    const scope = `${this.emulator.account}/20260101/${this.emulator.region}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const response = await fetch(`${this.emulator.endpoint}${path}`, {
      method,
      headers: { authorization },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  }

  cloudformation(parameters: Readonly<Record<string, string>>): Promise<string> {
    return this.aws(
      'cloudformation',
      'POST',
      '/',
      new URLSearchParams({ Version: '2010-05-15', ...parameters }),
    );
  }

  async statusOf(stack: string): Promise<string | undefined> {
    const text = await this.cloudformation({ Action: 'DescribeStacks', StackName: stack });
    return /<StackStatus>([A-Z_]+)</.exec(text)?.[1];
  }

  async untilStatus(stack: string, wanted: string): Promise<void> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const status = await this.statusOf(stack);
      if (status === wanted) return;
      if (performance.now() > deadline) throw new Error(`${stack} is ${status ?? 'gone'}, not ${wanted}`);
    }
  }

  /** The CodeSha256 of a function, as a digest. */
  async codeDigest(functionName: string): Promise<string> {
    const text = await this.aws('lambda', 'GET', `/2015-03-31/functions/${functionName}`);
    const { Configuration } = JSON.parse(text) as { Configuration: { CodeSha256: string } };
    return `sha256:${Buffer.from(Configuration.CodeSha256, 'base64').toString('hex')}`;
  }

  async close(): Promise<void> {
    await this.proxy.stop();
    await this.emulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function resultOf(child: ChildProcess, input = ''): Promise<Result> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin?.on('error', () => undefined).end(input);
  return new Promise((done, fail) => {
    child.on('error', fail).on('close', (code, signal) => done({ code: code ?? signal, stdout, stderr }));
  });
}

/** One function, with a layer that it uses. */
export function smallApp(functionName: string, more: readonly string[] = []): Record<string, string> {
  return {
    'template.yaml': [
      'Transform: AWS::Serverless-2016-10-31',
      'Globals: { Function: { Runtime: nodejs22.x, Handler: index.handler } }',
      'Resources:',
      '  Api:',
      '    Type: AWS::Serverless::Function',
      `    Properties: { FunctionName: ${functionName}, CodeUri: src, Layers: [!Ref Shared] }`,
      '  Shared:',
      '    Type: AWS::Serverless::LayerVersion',
      '    Properties: { ContentUri: shared }',
      ...more,
      '',
    ].join('\n'),
    'src/index.js': `exports.handler = async () => '${functionName}';\n`,
    'src/run.sh': 'exit 0\n',
    'shared/nodejs/shared.js': 'exports.shared = 1;\n',
  };
}
