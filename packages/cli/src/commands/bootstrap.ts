import type { Command } from 'commander';
import { examples } from '../help.js';
import { loadCore } from '../lazy-modules.js';
import type { Session } from '../session.js';

interface BootstrapOptions {
  readonly region?: string;
  readonly printTemplate?: boolean;
}

export function declareBootstrap(program: Command, session: Session): void {
  program
    .command('bootstrap')
    .summary('make the store of an AWS account and region')
    .description(
      'Makes the store of your AWS account and region ahead of its first use: a CloudFormation stack with a bucket, a table and an event bus.',
    )
    .option('--region <region>', 'region of the store; the configured one by default')
    .option('--print-template', 'print the template and make nothing')
    .addHelpText(
      'after',
      examples('holdfast bootstrap', 'holdfast bootstrap --print-template > holdfast.yaml'),
    )
    .action(async ({ region, printTemplate = false }: BootstrapOptions, command: Command) => {
      const output = session.output(command);
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
        await output.result({ store: url, bucket, table, eventBus, created }, () => [
          `store      ${url}`,
          `bucket     ${bucket}`,
          `table      ${table}`,
          `event bus  ${eventBus}`,
        ]);
      } finally {
        output.clearProgress();
      }
    });
}
