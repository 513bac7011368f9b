import type { Command } from 'commander';
import type { CloudFormationApi, Doubt, OpenAccount, StackOutcome } from '@holdfast/cloudformation';
import type { ArtifactStore } from '@holdfast/core';
import { loadCloudFormation, loadCore } from './lazy-modules.js';
import { openRegion, settingsOf } from './region-session.js';
import type { Session } from './session.js';

/** What is settled, and how. */
export interface SettleRegionOptions {
  readonly stack: string;
  readonly finished?: readonly string[];
  readonly forgetRetained?: boolean;
  readonly dryRun: boolean;
}

/** Settles a stack in the catalog of its own region's replicas, while the home region gives no answer. */
export async function settleWithoutHome(
  command: Command,
  session: Session,
  api: CloudFormationApi,
  options: SettleRegionOptions,
): Promise<StackOutcome[]> {
  const { region } = await api.place();
  const replicas = await openRegion(settingsOf(command, session), region);
  try {
    return await loadCloudFormation().settleStack({ store: replicas, api, ...options });
  } finally {
    await replicas.close();
  }
}

/** Settles every stack that the replicas of any region are held for. */
export async function reconcileReplicas(
  store: ArtifactStore,
  open: (region: string) => Promise<CloudFormationApi>,
  {
    regions,
    ...options
  }: {
    readonly all: boolean;
    readonly dryRun: boolean;
    readonly concurrency: number;
    /** Asks other accounts about their stacks. */
    readonly openAccount?: OpenAccount;
    /** Regions whose replicas the catalog may not know of. */
    readonly regions: readonly string[];
  },
): Promise<{ readonly outcomes: readonly StackOutcome[]; readonly doubts: readonly Doubt[] }> {
  const outcomes: StackOutcome[] = [];
  const doubts: Doubt[] = [];
  for (const region of new Set([...regions, ...(await store.replicaRegions())])) {
    try {
      if (regions.includes(region) && !options.dryRun) {
        const { unknown } = await store.rememberReplicas(region);
        for (const arn of unknown)
          doubts.push({
            code: 'not-found',
            message: `${region} has a replica of ${arn}, which its home region does not have`,
          });
      }
      const replicas = await store.inRegion(region);
      try {
        const api = await open(region);
        try {
          const report = await loadCloudFormation().reconcileStacks({ store: replicas, api, ...options });
          outcomes.push(...report.outcomes);
          doubts.push(...report.doubts);
        } finally {
          api.close();
        }
      } finally {
        await replicas.close();
      }
    } catch (error) {
      const { isHoldfastError } = loadCore();
      if (!isHoldfastError(error)) throw error;
      const { code, message } = error;
      doubts.push({ code, message: `the replicas in ${region} were not settled: ${message}` });
    }
  }
  return { outcomes, doubts };
}
