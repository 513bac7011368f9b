import type { CreateRepositoryOptions } from '@holdfast/core';
import type { Command } from 'commander';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { renderTable } from '../render/table.js';
import { formatInstant } from '../render/values.js';
import type { Session } from '../session.js';
import { declareBucketPolicy, tellPromise } from './bucket-policy.js';
import { declareRepositoryPolicy } from './repository-policy.js';

export function declareRepository(program: Command, session: Session): void {
  const repository = program
    .command('repository')
    .summary('create, list and delete repositories')
    .description('A repository is a named set of artifacts. The one called default is always there.')
    .addHelpText('after', examples('holdfast repository create payments'));
  repository
    .command('create')
    .description('Creates a repository, in the bucket of the store or in one of yours.')
    .argument('<name>', 'name of the repository')
    .option('--bucket <name>', 'bucket of yours that its contents shall lie in; it is looked at first')
    .option(
      '--prefix <prefix>',
      'what keys begin with there; nothing else in the bucket is touched (holdfast/)',
    )
    .addHelpText(
      'after',
      examples(
        'holdfast repository create payments',
        'holdfast repository create payments --bucket my-bucket --prefix code/',
      ),
    )
    .action(async (name: string, options: CreateRepositoryOptions, command: Command) => {
      await session.withStore(command, async ({ store, output }) => {
        const { ownBucket, shortfalls } = await store.createRepository(name, {
          ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
          ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
        });
        output.message(`created repository ${name}`);
        if (ownBucket !== undefined) tellPromise(output, name, ownBucket, shortfalls);
        if (output.json) {
          await output.result({ repository: name, ...(ownBucket && { ownBucket, shortfalls }) }, () => []);
        }
      });
    });
  declareBucketPolicy(repository, session);
  declareRepositoryPolicy(repository, session);
  repository
    .command('list')
    .description('Lists the repositories.')
    .addHelpText('after', examples('holdfast repository list'))
    .action(async (_options: object, command: Command) => {
      await session.withStore(command, async ({ store, output }) => {
        const repositories = await store.listRepositories();
        const own = repositories.some(({ ownBucket }) => ownBucket !== undefined);
        const rows = repositories.map(({ name, createdAt, ownBucket }) => [
          ...[name, formatInstant(createdAt)],
          ...(own ? [ownBucket === undefined ? "the store's" : `${ownBucket.name}/${ownBucket.prefix}`] : []),
        ]);
        await output.result({ repositories }, () =>
          renderTable(['repository', 'created', ...(own ? ['bucket'] : [])], rows, output.palette),
        );
      });
    });
  repository
    .command('delete')
    .description('Deletes a repository that holds no version.')
    .argument('<name>', 'name of the repository')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast repository delete payments'))
    .action(async (name: string, options: ConfirmOptions, command: Command) => {
      requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output }) => {
        await confirm(`Delete repository ${name}?`, options, session.host);
        await store.deleteRepository(name);
        output.message(`deleted repository ${name}`);
        if (output.json) await output.result({ deleted: { repository: name } }, () => []);
      });
    });
}
