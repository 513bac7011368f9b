import type { Command } from 'commander';
import type { Location } from '@holdfast/core';
import { byComma } from '../by-comma.js';
import { examples, REFERENCE_HELP } from '../help.js';
import { renderTable } from '../render/table.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface ReplicateOptions {
  readonly regions: readonly string[];
}

export function declareReplicate(program: Command, session: Session): void {
  program
    .command('replicate')
    .summary('make replicas of a version in other regions')
    .description(
      'Makes the replicas of a version ahead of a deployment: any first use in a region would make them too. It ends when each can be used; what is there is not copied again.',
    )
    .argument('<ref>', REFERENCE_HELP)
    .requiredOption('--regions <regions...>', 'regions to have a replica: eu-central-1,us-east-1', byComma)
    .option('--wait', 'wait until each can be used, which is what it always does')
    .addHelpText('after', examples('holdfast replicate payments/api:prod --regions eu-central-1,us-east-1'))
    .action(async (ref: string, { regions }: ReplicateOptions, command: Command) => {
      if (regions.length === 0) throw new UsageError('--regions names no region');
      await session.withStore(command, async ({ store, output, scope }) => {
        output.progress(`replicating ${ref} to ${regions.join(', ')}`);
        const report = await store.replicate(ref, regions, scope);
        output.clearProgress();
        await output.result({ version: report.version.arn, replicas: report.replicas }, () =>
          renderTable(
            ['region', 'replica', 'location'],
            report.replicas.map((it) => [
              it.region,
              it.outcome,
              it.location === undefined ? '-' : urlOf(it.location),
            ]),
            output.palette,
          ),
        );
      });
    });
}

/** A location as people write it. */
export function urlOf({ bucket, key, objectVersion }: Location): string {
  return `s3://${bucket}/${key}${objectVersion === undefined ? '' : `?versionId=${objectVersion}`}`;
}
