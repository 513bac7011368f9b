import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mustRun, runHost, type HostName, type HostOptions, type HostRun } from './hosts.js';

const EXAMPLE = resolve(__dirname, '../../../../../examples/serverless-app');
const PLUGIN = resolve(__dirname, '../../..');

/** Hosts on the AWS SDK's version 2 do not read AWS_ENDPOINT_URL. */
const ENDPOINTS = `
module.exports = class Endpoints {
  constructor(serverless) {
    const provider = serverless.getProvider('aws');
    let config;
    try { config = provider.sdk.config; } catch { return; }
    const endpoint = process.env.AWS_ENDPOINT_URL;
    for (const name of ['cloudformation', 'lambda', 'sts', 'iam', 'ecr', 'cloudwatchlogs']) config[name] = { endpoint };
    config.s3 = { endpoint, s3ForcePathStyle: true };
  }
};
`;

/** examples/serverless-app in a folder of its own. */
export interface TestService {
  readonly folder: string;
  /** Throws unless the host succeeds. */
  run(host: HostName, ...args: string[]): Promise<string>;
  attempt(host: HostName, args: readonly string[], options?: Pick<HostOptions, 'started'>): Promise<HostRun>;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** Changes serverless.yml; the text must be there. */
  edit(from: string, to: string): Promise<void>;
  remove(): Promise<void>;
}

export async function makeService(env: Readonly<Record<string, string>>): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), 'hf-serverless-'));
  await cp(EXAMPLE, folder, { recursive: true });
  const installed = join(folder, 'node_modules/@holdfast/serverless-plugin');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'index.js'), `module.exports = require(${JSON.stringify(PLUGIN)});\n`);
  await writeFile(join(folder, 'endpoints.js'), ENDPOINTS);
  await writeFile(join(folder, 'package.json'), '{"private": true}\n');
  const options = { cwd: folder, env };
  const service: TestService = {
    folder,
    run: (host, ...args) => mustRun(host, args, options),
    attempt: (host, args, more = {}) => runHost(host, args, { ...options, ...more }),
    read: (file) => readFile(join(folder, file), 'utf8'),
    write: (file, text) => writeFile(join(folder, file), text),
    async edit(from, to) {
      const text = await service.read('serverless.yml');
      if (!text.includes(from)) throw new Error(`serverless.yml has no ${from}`);
      await service.write('serverless.yml', text.replace(from, to));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  // Whatever a host does not know is an error, also of those that only warn unless they are told otherwise.
  await service.edit('service: shop\n', 'service: shop\nconfigValidationMode: error\n');
  // Change sets are waited for in steps of five seconds.
  await service.edit('  name: aws\n', '  name: aws\n  deploymentMethod: direct\n');
  await service.edit('plugins:\n', 'plugins:\n  - ./endpoints.js\n');
  return service;
}
