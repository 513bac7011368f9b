import type { RebuildReport } from '@holdfast/core';
import type { Command } from 'commander';
import { clientSettings } from '../client-settings.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Output } from '../output.js';
import { showOutcomes } from '../render/outcomes.js';
import type { Session } from '../session.js';

interface RebuildOptions {
  readonly region?: string;
  readonly release?: boolean;
}

export function declareRebuild(program: Command, session: Session): void {
  program
    .command('rebuild')
    .summary('bring back a lost catalog from the bucket and CloudFormation')
    .description(
      'Brings back the versions and bookmarks that the catalog lost, from what lies beside the contents, and the references from all stacks and functions of the account and region. What the catalog has stays as it is. Until every reference is decided, nothing that came back can be deleted; the exit code is 4 then. Restoring the table to a point in time brings back more: try that first.',
    )
    .option('--region <region>', 'region to ask; the AWS configuration decides when absent')
    .option('--release', 'allow deletions although some references could not be decided')
    .addHelpText('after', examples('holdfast rebuild', 'holdfast rebuild --repository payments'))
    .action(async (options: RebuildOptions, command: Command) => {
      await session.withStore(command, async ({ store, output, settings, scope }) => {
        const report = await store.rebuild(scope);
        tell(report, output);
        const { openCloudFormation, openLambda, reconcileStore } = loadCloudFormation();
        const client = clientSettings(settings, options);
        const api = await openCloudFormation(client);
        const lambda = await openLambda(client);
        try {
          const references = await reconcileStore({
            ...{ store, api, lambda, all: true },
            openRegion: (region) => openCloudFormation({ region }),
            openLambdaRegion: (region) => openLambda({ region }),
            onOutcome: ({ consumer }) => output.progress(`settled ${consumer}`),
          });
          const undecided = references.outcomes.filter(({ result }) => result === 'undecided');
          const sure = references.complete && references.doubts.length + undecided.length === 0;
          if (sure || options.release === true) await store.endRebuild(scope);
          else
            output.message(
              'what came back cannot be deleted until the references are decided: repeat holdfast rebuild',
            );
          if (output.json)
            await output.result(
              { rebuilt: report, released: sure || options.release === true, references },
              () => [],
            );
          await showOutcomes(
            references,
            false,
            output.json ? { ...output, result: async () => undefined } : output,
          );
        } finally {
          api.close();
          lambda.close();
        }
      });
    });
}

const LISTS = [
  ['lost', 'its content is not there any more'],
  ['unclear', 'its number belongs to another content, or two contents claim it'],
  ['unknown', 'no version came back for it'],
  ['bookmarksLeft', 'its version did not come back, or it stands elsewhere'],
] as const;

function tell(report: RebuildReport, output: Output): void {
  const { repositories, restored, existing, bookmarks } = report;
  output.message(
    `${repositories.join(', ') || 'no repository'}: ${restored} versions and ${bookmarks} bookmarks came back, ${existing} versions were there`,
  );
  for (const [key, why] of LISTS) for (const arn of report[key]) output.warning(`${arn}: ${why}`);
}
