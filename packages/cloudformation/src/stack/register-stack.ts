import { randomUUID } from 'node:crypto';
import {
  HoldfastError,
  isHoldfastError,
  parseArn,
  quote,
  type ReferenceRecord,
  type SettleReport,
  type SettleRequest,
  type StoreIdentity,
} from '@holdfast/core';
import { parseStackArn } from '../evidence/stack-arn.js';
import { stackConsumer } from './consumer.js';
import { bookmarkName } from './publish-uses.js';
import { readReferences, type TemplateReference } from './read-references.js';
import type { RegisteringStore } from './store.js';

export interface StackOptions {
  readonly store: RegisteringStore;
  /** A name, or the ARN of a stack, which may be another account's. */
  readonly stackName: string;
}

export interface RegisterOptions extends StackOptions {
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
 * Makes a stack's references exactly what its template's stamps say, and releases the pins of every deployment that the
 * template covers whole. A deployment with a pin that the template does not have is another one, which may still be waiting: its pins stay.
 * For stacks that are deployed where Holdfast cannot ask CloudFormation; whoever calls says that the deployment succeeded.
 * Throws `conflict` when others keep settling the same stack.
 */
export async function registerStack(options: RegisterOptions): Promise<StackReport> {
  const { identity } = options.store;
  const stamps = readReferences(options.text, { file: options.file ?? 'template' });
  const references = stamps.map((stamp) => toReference(stamp, identity));
  return settle(options, (held) => ({
    deployment: options.deployment ?? randomUUID(),
    references,
    mode: 'replace',
    releasePins: coveredDeployments(held, references),
  }));
}

/** Releases all references and pins of a stack. Whoever calls says that the stack is gone and will not come back. */
export async function removeStack(options: StackOptions): Promise<StackReport> {
  return settle(options, (held) => ({
    deployment: randomUUID(),
    references: [],
    mode: 'replace',
    releasePins: [...deploymentsOf(held).keys()],
  }));
}

/** Releases the pins of one deployment. Whoever calls says that it did not happen and will not. Throws `not-found` when it has none. */
export async function abandonDeployment(
  options: StackOptions & { readonly deployment: string },
): Promise<StackReport> {
  const { deployment, stackName } = options;
  return settle(options, (held) => {
    if (!deploymentsOf(held).has(deployment)) {
      throw new HoldfastError(
        'not-found',
        `stack ${quote(stackName)} has no deployment ${quote(deployment)} pinned`,
        {
          hint: `See what it has pinned with: holdfast references --stack-name ${stackName}`,
        },
      );
    }
    return { deployment, references: [], mode: 'add', releasePins: [deployment] };
  });
}

/** The pins among what a consumer holds, by deployment. */
function deploymentsOf(held: readonly ReferenceRecord[]): Map<string, ReferenceRecord[]> {
  return Map.groupBy(
    held.filter(({ kind }) => kind === 'pin'),
    ({ deployment }) => deployment,
  );
}

/** The deployments each of whose pins, in slot and version, the references have as well. */
function coveredDeployments(
  held: readonly ReferenceRecord[],
  references: SettleRequest['references'],
): string[] {
  const use = ({ slot, version }: Pick<ReferenceRecord, 'slot' | 'version'>): string =>
    JSON.stringify([slot, version.repository, version.id, version.number]);
  const used = new Set(references.map(use));
  return [...deploymentsOf(held)]
    .filter(([, pins]) => pins.every((pin) => used.has(use(pin))))
    .map(([deployment]) => deployment);
}

/** Settles on what the plan makes of the consumer's holdings, and plans again when somebody else settled in between. */
async function settle(
  { store, stackName }: StackOptions,
  plan: (held: readonly ReferenceRecord[]) => Omit<SettleRequest, 'consumer' | 'revision'>,
): Promise<StackReport> {
  const consumer = consumerNamed(store.identity, stackName);
  for (let attempt = 1; ; attempt += 1) {
    const { revision, references: held } = await store.consumer(consumer);
    try {
      return { ...(await store.settle({ consumer, revision, ...plan(held) })), consumer };
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A stack by its name, in the store's own place; or by its ID, or the ARN without the unique part, wherever it is or was. */
export function consumerNamed(identity: StoreIdentity, stack: string): string {
  return parseStackArn(stack) === undefined ? stackConsumer(identity, stack) : stack;
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
