import {
  openCloudFormation,
  settleStack,
  stackConsumer,
  type CloudFormationApi,
  type StackOutcome,
} from '@holdfast/cloudformation';
import { isHoldfastError, mapBounded, type Digest, type StoreIdentity } from '@holdfast/core';
import type { StoreOpener } from '../publish/stores.js';
import type { RecordedStack } from './record.js';

/** How many stacks are settled at once. */
const MAX_TOGETHER = 8;

export interface SettleOptions {
  readonly stacks: readonly RecordedStack[];
  /** The deployments that are over. None while they may still go on. */
  readonly finished: readonly string[];
  readonly openStore: StoreOpener;
  /** False: stacks that had one of the names before are left to `reconcile`, where another one has it now. */
  readonly former?: boolean;
}

/**
 * Settles every stack of a deployment by what CloudFormation says. Never throws for an answer that was not had: that is an outcome, of which
 * the consumer is the stack's name where nothing more is known.
 */
export async function settleStacks({ stacks, ...options }: SettleOptions): Promise<StackOutcome[]> {
  const outcomes: StackOutcome[] = [];
  const apis = new RegionalApis();
  const digests = new Map<string, Digest>();
  try {
    await mapBounded(stacks, MAX_TOGETHER, async (stack) => {
      outcomes.push(...(await settleOne(stack, { ...options, apis, digests })));
    });
  } finally {
    await apis.close();
  }
  return outcomes;
}

interface Context extends Omit<SettleOptions, 'stacks'> {
  readonly apis: RegionalApis;
  readonly digests: Map<string, Digest>;
}

async function settleOne(
  { stackName, environment, deployments = [] }: RecordedStack,
  { finished, openStore, former = true, apis, digests }: Context,
): Promise<StackOutcome[]> {
  let consumer = stackName;
  try {
    const { store, place, confirmed = false } = await openStore(environment);
    consumer = stackConsumer(place, stackName);
    const api = await apis.open(place, confirmed);
    const { account } = await api.place();
    if (account !== place.account) {
      const message = `the stack is in account ${place.account}, and the credentials are those of ${account}`;
      return [undecided(consumer, 'invalid-input', message)];
    }
    const over = finished.length === 0 ? [] : [...finished, ...deployments];
    return await settleStack({ store, api, stack: stackName, finished: over, digests, former });
  } catch (error) {
    const code = isHoldfastError(error) ? error.code : 'unavailable';
    return [undecided(consumer, code, error instanceof Error ? error.message : String(error))];
  }
}

/** CloudFormation of each place, opened once. */
class RegionalApis {
  readonly #opened = new Map<string, Promise<CloudFormationApi>>();

  /** @param confirmed whether the credentials are known to be those of the place */
  open(place: StoreIdentity, confirmed: boolean): Promise<CloudFormationApi> {
    const { account, region } = place;
    const key = `${account}/${region}`;
    const opening = this.#opened.get(key) ?? openCloudFormation({ region, ...(confirmed ? { place } : {}) });
    this.#opened.set(key, opening);
    return opening;
  }

  async close(): Promise<void> {
    for (const api of await Promise.allSettled(this.#opened.values()))
      if (api.status === 'fulfilled') api.value.close();
  }
}

function undecided(consumer: string, code: string, message: string): StackOutcome {
  return {
    consumer,
    result: 'undecided',
    added: [],
    released: [],
    undecided: [{ code, message }],
    notes: [],
  };
}
