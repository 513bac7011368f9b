import { HoldfastError, parseArn, quote, type ArtifactStore } from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import { reconcileStacks } from '../reconcile/reconcile-stacks.js';
import type { MetElsewhere } from './find-uses.js';

export interface ForgetStoreOptions {
  readonly store: ArtifactStore;
  /** The URL of the other store, as doubts name it. */
  readonly url: string;
  /** CloudFormation of each region of the account that stacks may use it in. */
  readonly apis: readonly CloudFormationApi[];
  /** Opens it for another region, which the store holds something for. */
  readonly openRegion: (region: string) => Promise<CloudFormationApi>;
}

/**
 * Ends that another store is settled with this account's stacks. It changes nothing in that store.
 *
 * Every stack of the account is read before. Throws `in-use` naming the versions where one still uses the store, and `unavailable` where that
 * could not be found out; then the store stays noted. A stack that is settled later and names it notes it again.
 */
export async function forgetStore({ store, url, apis, openRegion }: ForgetStoreOptions): Promise<void> {
  const others = await store.otherStores();
  const found = others.find((other) => other.url === url);
  if (found === undefined) {
    const noted = others.map((other) => other.url);
    const which = noted.length === 0 ? 'Nothing is noted.' : `Noted are: ${noted.join(', ')}`;
    throw new HoldfastError('not-found', `the store ${quote(url)} is not noted as one that is used`, {
      hint: which,
    });
  }
  const elsewhere: MetElsewhere = new Set();
  const doubts: string[] = [];
  for (const api of apis) {
    const asked = { store, api, all: true, ownAccount: true, dryRun: true, elsewhere, openRegion };
    const report = await reconcileStacks(asked);
    doubts.push(...report.doubts.map(({ message }) => message));
    for (const { consumer, undecided } of report.outcomes)
      doubts.push(...undecided.map(({ message }) => `${consumer}: ${message}`));
  }
  const used = [...elsewhere].filter((arn) => urlIn(arn) === url).toSorted();
  if (used.length > 0) {
    throw new HoldfastError('in-use', `stacks of this account still use ${used.join(', ')}`, {
      hint: 'Deploy them without these versions first; until then their owner must keep them.',
      data: { versions: used },
    });
  }
  if (doubts.length > 0) {
    throw new HoldfastError(
      'unavailable',
      `whether ${url} is still used could not be decided: ${doubts.join('; ')}`,
      {
        hint: 'Repeat the command when these stacks can be read and are at rest.',
      },
    );
  }
  await found.forget();
}

function urlIn(version: string): string {
  const { account, region } = parseArn(version);
  return `aws://${account}/${region}`;
}
