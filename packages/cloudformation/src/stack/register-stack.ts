import { randomUUID } from 'node:crypto';
import {
  HoldfastError,
  isHoldfastError,
  parseArn,
  quote,
  type SettleReport,
  type SettleRequest,
  type StoreIdentity,
} from '@holdfast/core';
import { stackConsumer } from './consumer.js';
import { bookmarkName } from './publish-uses.js';
import { readReferences, type TemplateReference } from './read-references.js';
import type { RegisteringStore } from './store.js';

export interface RegisterOptions {
  readonly store: RegisteringStore;
  readonly stackName: string;
  /** The packaged template that the stack was deployed from. */
  readonly text: string;
  /** The template's file, for messages. */
  readonly file?: string;
  /** What the references are recorded under; a new random one when absent. */
  readonly deployment?: string;
}

export type StackReport = SettleReport & {
  /** The ARN of the stack, without the unique ID that CloudFormation gives it. */
  readonly consumer: string;
};

/** How often settling begins again when somebody else settled the same stack in between. */
const ATTEMPTS = 5;

/**
 * Makes a stack's references exactly what its template's stamps say, and releases the pins that there were before.
 * For stacks that are deployed where Holdfast cannot ask CloudFormation; whoever calls says that the deployment succeeded.
 * Throws `conflict` when others keep settling the same stack.
 */
export async function registerStack(options: RegisterOptions): Promise<StackReport> {
  const { identity } = options.store;
  const stamps = readReferences(options.text, { file: options.file ?? 'template' });
  const references = stamps.map((stamp) => toReference(stamp, identity));
  return settle(options.store, options.stackName, references, options.deployment ?? randomUUID());
}

/** Releases all references and pins of a stack. Whoever calls says that the stack is gone. */
export async function removeStack(
  options: Pick<RegisterOptions, 'store' | 'stackName'>,
): Promise<StackReport> {
  return settle(options.store, options.stackName, [], randomUUID());
}

async function settle(
  store: RegisteringStore,
  stackName: string,
  references: SettleRequest['references'],
  deployment: string,
): Promise<StackReport> {
  const consumer = stackConsumer(store.identity, stackName);
  for (let attempt = 1; ; attempt += 1) {
    const { revision, references: before } = await store.consumer(consumer);
    const pins = before.filter(({ kind }) => kind === 'pin');
    const releasePins = [...new Set(pins.map((pin) => pin.deployment))];
    try {
      const report = await store.settle({
        consumer,
        revision,
        deployment,
        references,
        mode: 'replace',
        releasePins,
      });
      return { ...report, consumer };
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}

function toReference(
  { slot, version, bookmark }: TemplateReference,
  { partition, region, account }: StoreIdentity,
): SettleRequest['references'][number] {
  const arn = parseArn(version);
  const here = arn.partition === partition && arn.region === region && arn.account === account;
  if (arn.type !== 'version' || !here) {
    throw new HoldfastError(
      'invalid-input',
      `${slot} uses ${quote(version)}, which is not a version in this store`,
      {
        hint: `This store is ${partition}, ${region}, ${account}; register with the store that the template was packaged with.`,
      },
    );
  }
  const name = bookmark === undefined ? undefined : bookmarkName(bookmark);
  const { repository, id, number } = arn;
  return { version: { repository, id, number }, slot, ...(name === undefined ? {} : { bookmark: name }) };
}
