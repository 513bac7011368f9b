import type { Command } from 'commander';
import type { Location, Resolution } from '@holdfast/core';
import { examples, REFERENCE_HELP } from '../help.js';
import type { Output } from '../output.js';
import { homeRegion, withRegion } from '../region-session.js';
import type { Session } from '../session.js';
import { urlOf } from './replicate.js';

export function declareResolve(program: Command, session: Session): void {
  program
    .command('resolve')
    .summary('print the version that a name stands for now')
    .description('Resolves a name or ARN of any kind to the ARN of a definite version.')
    .argument('<ref>', REFERENCE_HELP)
    .option(
      '--region <region>',
      'region to use it in: makes the replica when there is none, and says where it is',
    )
    .addHelpText(
      'after',
      examples('holdfast resolve payments/api:prod', 'holdfast resolve payments/api:3 --region eu-central-1'),
    )
    .action(async (ref: string, { region }: { readonly region?: string }, command: Command) => {
      if (region === undefined) {
        await session.withStore(command, async ({ store, output, scope }) => {
          await show(await store.resolve(ref, scope), undefined, output);
        });
      } else if (region === (await homeRegion(command, session))) {
        await session.withStore(command, async ({ store, output, scope }) => {
          const resolution = await store.resolve(ref, scope);
          await show(resolution, await store.locate(resolution.version), output);
        });
      } else {
        await withRegion(command, session, region, async ({ store, output, scope }) => {
          const resolution = await store.resolve(ref, scope);
          await show(resolution, await store.locate(resolution.version), output);
        });
      }
    });
}

async function show(resolution: Resolution, location: Location | undefined, output: Output): Promise<void> {
  const place = location === undefined ? {} : { location };
  await output.result({ ...resolution, ...place }, () => [resolution.version.arn]);
  if (location !== undefined) output.message(`in ${location.region} at ${urlOf(location)}`);
}
