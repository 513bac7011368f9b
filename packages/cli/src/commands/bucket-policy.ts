import type { CreateRepositoryReport } from '@holdfast/core';
import type { Command } from 'commander';
import { examples } from '../help.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';

/** Says what a user's own bucket lacks, what that costs, and what is promised there. */
export function tellPromise(
  output: Output,
  name: string,
  ownBucket: NonNullable<CreateRepositoryReport['ownBucket']>,
  shortfalls: CreateRepositoryReport['shortfalls'],
): void {
  for (const { what, cost, mend } of shortfalls) output.warning(`${what} ${cost} ${mend}`);
  output.message(`its contents lie in ${ownBucket.name} below ${ownBucket.prefix}`);
  output.message(
    ownBucket.objectLock
      ? 'S3 holds what is stored there: nobody can delete it before gc lifts the hold'
      : `S3 does not hold what is stored there: Holdfast deletes nothing that is in use, but others can; deny it with: holdfast repository bucket-policy ${name}`,
  );
}

interface BucketPolicyCommandOptions {
  readonly account?: readonly string[];
  readonly collector?: readonly string[];
  readonly apply?: boolean;
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function declareBucketPolicy(repository: Command, session: Session): void {
  repository
    .command('bucket-policy')
    .description(
      "Prints what the policy of a repository's bucket should say: who may run functions from it by reference and, in a bucket of yours, that keys are written once and only gc deletes. With --apply it is put there; other statements stay.",
    )
    .argument('<name>', 'name of the repository')
    .option('--account <id>', 'further account whose functions run by reference; repeatable', collect)
    .option(
      '--collector <arn>',
      'role that runs gc, or a pattern; needed without Object Lock; repeatable',
      collect,
    )
    .option('--apply', "change the bucket's policy")
    .addHelpText(
      'after',
      examples(
        'holdfast repository bucket-policy payments --account 111122223333',
        'holdfast repository bucket-policy payments --collector arn:aws:iam::111122223333:role/gc --apply',
      ),
    )
    .action(async (name: string, options: BucketPolicyCommandOptions, command: Command) => {
      await session.withStore(command, async ({ store, output }) => {
        const { account = [], collector = [], apply = false } = options;
        const { bucket, statements } = await store.bucketPolicy(name, {
          ...{ accounts: account, collectors: collector, apply },
        });
        const document = { Version: '2012-10-17', Statement: statements };
        if (statements.length === 0) output.message(`the policy of ${bucket} needs nothing for ${name}`);
        else if (apply) output.message(`the policy of ${bucket} says this now:`);
        const json = { bucket, applied: apply, policy: document };
        await output.result(json, () => (statements.length === 0 ? [] : [JSON.stringify(document, null, 2)]));
      });
    });
}
