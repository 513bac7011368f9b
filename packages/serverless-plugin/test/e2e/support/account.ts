import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import type { ArtifactStore, ReferenceRecord } from '@holdfast/core';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { bootstrapStore } from '../../../../core/test/emulators/bootstrapped.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import {
  startRecordingProxy,
  type RecordedCall,
  type RecordingProxy,
} from '../../../../core/test/emulators/recording-proxy.js';
import { openStoreProcess } from './store-process.js';

export interface DeployedTemplate {
  readonly text: string;
  readonly Resources: Record<
    string,
    {
      readonly Type: string;
      readonly Properties: { readonly Code?: Record<string, unknown>; readonly MemorySize?: number };
      readonly Metadata?: { readonly Holdfast?: Record<string, { readonly Version: string }> };
      readonly DeletionPolicy?: string;
    }
  >;
  readonly Outputs?: Record<string, unknown>;
}

type Asked = 'consumer' | 'delete' | 'describe' | 'why' | 'resolve';

/** An emulated account with a store, and what tests look at in it. */
export interface TestAccount {
  readonly env: Readonly<Record<string, string>>;
  readonly proxy: RecordingProxy;
  /** Without the proxy. */
  readonly emulator: Emulator;
  /** Tells of each request when its answer is there, and before whoever asked has it. The last one given is told alone. */
  onCall(told: (call: RecordedCall) => void): void;
  /** Calls a method of the store. Throws an error with the store's code. */
  ask<Method extends Asked>(
    method: Method,
    ...args: Parameters<ArtifactStore[Method]>
  ): ReturnType<ArtifactStore[Method]>;
  readonly cloudFormation: CloudFormationClient;
  stackId(name: string): Promise<string | undefined>;
  template(name: string): Promise<DeployedTemplate>;
  /** What a consumer holds. */
  holds(consumer: string): Promise<readonly ReferenceRecord[]>;
  /** `<kind> <slot> <id>:<number>` of what a stack holds, sorted. */
  uses(stackId: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Tests and hosts ask the same account: this process's environment names it from now on. */
export async function openAccount(): Promise<TestAccount> {
  const emulator = await startEmulator('ministack');
  let told: (call: RecordedCall) => void = () => undefined;
  const proxy = await startRecordingProxy(emulator, (call) => told(call));
  await bootstrapStore(emulator);
  const env = awsEnvironment(proxy.emulator);
  Object.assign(process.env, env);
  const store = await openStoreProcess(env);
  const ask = (method: Asked, ...args: unknown[]): Promise<unknown> => store.ask(method, args);
  const cloudFormation = new CloudFormationClient({});
  const holds = async (consumer: string): Promise<readonly ReferenceRecord[]> =>
    ((await ask('consumer', consumer)) as { references: readonly ReferenceRecord[] }).references;
  return {
    env,
    proxy,
    emulator,
    onCall: (next) => void (told = next),
    ask: ask as TestAccount['ask'],
    cloudFormation,
    async stackId(name) {
      try {
        const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
        const stack = Stacks?.[0];
        return stack?.StackStatus === 'DELETE_COMPLETE' ? undefined : stack?.StackId;
      } catch (error) {
        if (String(error).includes('does not exist')) return undefined;
        throw error;
      }
    },
    async template(name) {
      const { TemplateBody = '' } = await cloudFormation.send(
        new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
      );
      return { text: TemplateBody, ...(JSON.parse(TemplateBody) as Omit<DeployedTemplate, 'text'>) };
    },
    holds,
    uses: async (stackId) =>
      (await holds(stackId))
        .map(({ kind, slot, version }) => `${kind} ${slot} ${version.id}:${version.number}`)
        .sort(),
    async stop() {
      cloudFormation.destroy();
      await store.stop();
      await proxy.stop();
      await emulator.stop();
    },
  };
}
