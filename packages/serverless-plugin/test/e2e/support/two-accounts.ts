import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { lockBuckets } from '../../../../core/test/contract/support/lock-buckets.js';
// eslint-disable-next-line no-restricted-imports -- as above
import { startAccountGate } from '../../../../core/test/emulators/account-gate.js';
// eslint-disable-next-line no-restricted-imports -- as above
import { awsEnvironment } from '../../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- as above
import type { Emulator } from '../../../../core/test/emulators/emulator.js';

const HOLDFAST = resolve(__dirname, '../../../../cli/bin/holdfast.js');

export const OWNER = '111111111111';
export const DEPLOYER = '222222222222';

/** Two accounts of an emulator, each with a store, which meet as in AWS. */
export interface TwoAccounts {
  /** The environment of who deploys. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the owner's store. */
  readonly bucket: string;
  /** The text of a stack of who deploys. */
  template(stack: string): Promise<string>;
  /** Runs the built command in the owner's account. Answers its exit code as well; `0` must be expected by whoever needs it. */
  owner(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }>;
  /** `<account>/<stack> <slot>` of who refers to a version of the owner's, or has it pinned. */
  heldFor(version: string): Promise<string[]>;
  /** The timestamps of the deployments that a stack of who deploys can be rolled back to, the oldest first. */
  deployments(stack: string): Promise<string[]>;
  stop(): Promise<void>;
}

export async function openTwoAccounts(emulator: Emulator): Promise<TwoAccounts> {
  const gate = await startAccountGate(emulator);
  const run = (account: string, args: readonly string[]): Promise<{ code: number; text: string }> =>
    new Promise((done) => {
      const env = { PATH: process.env['PATH'], HOLDFAST_STORE: 'aws:', ...awsEnvironment(gate.as(account)) };
      execFile(process.execPath, [HOLDFAST, ...args], { env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? -1);
        done({ code, text: code === 0 ? stdout : stdout + stderr });
      });
    });
  /** The JSON that a command prints. Throws with everything that it said unless it succeeds. */
  const read = async (account: string, args: readonly string[]): Promise<unknown> => {
    const { code, text } = await run(account, [...args, '--json']);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${text}`);
    return JSON.parse(text);
  };
  const bootstrap = async (account: string): Promise<string> => {
    const { bucket: made } = (await read(account, ['bootstrap'])) as { bucket: string };
    await lockBuckets(gate.direct(account));
    return made;
  };
  await bootstrap(DEPLOYER);
  const bucket = await bootstrap(OWNER);
  return {
    env: awsEnvironment(gate.as(DEPLOYER)),
    bucket,
    async template(stack) {
      const { endpoint, region, credentials } = gate.direct(DEPLOYER);
      const client = new CloudFormationClient({ endpoint, region, credentials });
      const asked = new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' });
      const { TemplateBody = '' } = await client.send(asked).finally(() => client.destroy());
      return TemplateBody;
    },
    owner: (...args) => run(OWNER, args),
    async heldFor(version) {
      const { reasons } = (await read(OWNER, ['why', version, '--repository', 'payments'])) as {
        reasons: { kind: string; reference?: { consumer: string; slot: string } }[];
      };
      return reasons
        .filter(({ kind }) => kind === 'reference' || kind === 'pin')
        .map(({ kind, reference }) => {
          const [, account, stack] = /:([0-9]{12}):stack\/([^/]+)/.exec(reference!.consumer) ?? [];
          return `${kind} ${account}/${stack} ${reference!.slot}`;
        })
        .sort();
    },
    async deployments(stack) {
      const history = `arn:aws:holdfast:eu-west-1:${DEPLOYER}:artifact/default/${stack}/serverless/template`;
      const { references } = (await read(DEPLOYER, ['references', '--consumer', history])) as {
        references: { slot: string }[];
      };
      return [...new Set(references.map(({ slot }) => slot.slice(0, slot.indexOf('-'))))].sort();
    },
    stop: () => gate.stop(),
  };
}
