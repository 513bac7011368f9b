import type { Command } from 'commander';
import type { TrackerDeployment } from '@holdfast/cloudformation';
import { examples } from '../help.js';
import { loadCloudFormation, loadCore } from '../lazy-modules.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import { UndecidedError } from '../undecided-error.js';
import { UsageError } from '../usage-error.js';

interface BootstrapOptions {
  readonly region?: string;
  readonly printTemplate?: boolean;
  readonly tracker?: boolean;
  readonly schedule?: string;
}

export function declareBootstrap(program: Command, session: Session): void {
  program
    .command('bootstrap')
    .summary('make the store of an AWS account and region')
    .description(
      'Makes the store of your AWS account and region ahead of its first use: a CloudFormation stack with a bucket, a table and an event bus.',
    )
    .option('--region <region>', 'region of the store; the configured one by default')
    .option(
      '--tracker',
      'also deploy the tracker: a Lambda function that settles stacks and functions whenever they change, and all of them once a day',
    )
    .option('--schedule <expression>', 'when the tracker settles everything; rate(1 day) when absent')
    .option(
      '--print-template',
      "print the template and make nothing; with --tracker the tracker's, after its code was published to the store",
    )
    .addHelpText(
      'after',
      examples(
        'holdfast bootstrap',
        'holdfast bootstrap --tracker',
        'holdfast bootstrap --print-template > holdfast.yaml',
      ),
    )
    .action(async (options: BootstrapOptions, command: Command) => {
      const { region, printTemplate = false, tracker = false, schedule } = options;
      const output = session.output(command);
      if (schedule !== undefined && !tracker) throw new UsageError('--schedule is for --tracker');
      if (printTemplate && tracker) {
        await printTracker(options, output);
        return;
      }
      if (printTemplate) {
        const template = await loadCore().bootstrapTemplate();
        await output.result({ template }, () => [template.trimEnd()]);
        return;
      }
      output.progress('making the store; this takes a minute or two');
      try {
        const report = await loadCore().bootstrap(region === undefined ? {} : { region });
        const { identity, bucket, table, eventBus, created } = report;
        const url = `aws://${identity.account}/${identity.region}`;
        output.message(created ? `made the store ${url}` : `the store ${url} is there already`);
        const deployed = tracker ? await deployTrackerOf(url, options, output) : undefined;
        await output.result({ store: url, bucket, table, eventBus, created, ...told(deployed) }, () => [
          `store      ${url}`,
          `bucket     ${bucket}`,
          `table      ${table}`,
          `event bus  ${eventBus}`,
          ...(deployed === undefined ? [] : [`tracker    ${deployed.version}`]),
        ]);
        const doubts = deployed?.settled.flatMap((it) => it.undecided) ?? [];
        if (doubts.length > 0) throw new UndecidedError(0, doubts);
      } finally {
        output.clearProgress();
      }
    });
}

async function printTracker({ region, schedule }: BootstrapOptions, output: Output): Promise<void> {
  const place = region === undefined ? {} : { region };
  // Opening a store makes it; printing makes nothing, and throws here when there is none.
  await loadCore().policyFor('reader', place);
  const store = await loadCore().openStore('aws:', { identity: place });
  try {
    const { packageTracker } = loadCloudFormation();
    const { text } = await packageTracker({ store, ...(schedule === undefined ? {} : { schedule }) });
    await output.result({ template: text }, () => [text.trimEnd()]);
  } finally {
    await store.close();
  }
}

async function deployTrackerOf(
  url: string,
  { region, schedule }: BootstrapOptions,
  output: Output,
): Promise<TrackerDeployment> {
  const { deployTracker, openCloudFormation, openStackChanges } = loadCloudFormation();
  const client = region === undefined ? {} : { region };
  const store = await loadCore().openStore(url);
  const api = await openCloudFormation(client);
  const changes = await openStackChanges(client);
  try {
    output.progress('deploying the tracker; this takes a minute or two');
    const wanted = schedule === undefined ? {} : { schedule };
    const deployed = await deployTracker({ store, api, changes, ...wanted });
    output.message(
      deployed.outcome === 'unchanged' ? 'the tracker is there already' : `${deployed.outcome} the tracker`,
    );
    return deployed;
  } finally {
    changes.close();
    api.close();
    await store.close();
  }
}

function told(deployed: TrackerDeployment | undefined): object {
  if (deployed === undefined) return {};
  const { stackId, version, outcome } = deployed;
  return { tracker: { stackId, version, outcome } };
}
