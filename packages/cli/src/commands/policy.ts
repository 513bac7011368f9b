import { Argument, type Command } from 'commander';
import type { Role } from '@holdfast/core';
import { examples } from '../help.js';
import { loadCore } from '../lazy-modules.js';
import type { Session } from '../session.js';
import type { GlobalOptions } from '../global-options.js';

/** The same as the core's, which is not loaded for a command's declaration. */
const ROLES: readonly Role[] = ['publisher', 'deployer', 'reader', 'gc', 'admin', 'evidence'];

export function declarePolicy(program: Command, session: Session): void {
  program
    .command('policy')
    .summary('print the IAM policy of a role')
    .description(
      'Prints the least that a role needs in the AWS store of your account and region, as an IAM policy. With --store aws://<account>/<region> ' +
        "it is for another account's store: reader and deployer. Only gc may lift holds and delete objects; evidence lets another account ask about the stacks of yours.",
    )
    .addArgument(new Argument('<role>', 'role').choices(ROLES))
    .option('--region <region>', 'region of the store; the configured one by default')
    .option('--replicas-of <region>', 'what the role needs there for the replicas of that home region')
    .addHelpText(
      'after',
      examples(
        'holdfast policy publisher --repository payments',
        'holdfast policy publisher --region us-east-1 --replicas-of eu-west-1',
        'holdfast policy gc > gc-policy.json',
        'holdfast policy deployer --store aws://111111111111/eu-west-1 --repository payments',
      ),
    )
    .action(async (role: Role, _options: object, command: Command) => {
      const { region, repository, replicasOf, store } = command.optsWithGlobals<
        GlobalOptions & { readonly region?: string; readonly replicasOf?: string }
      >();
      const policy = await loadCore().policyFor(role, {
        ...(store?.startsWith('aws:') === true ? { url: store } : {}),
        ...(region === undefined ? {} : { region }),
        ...(repository === undefined ? {} : { repository }),
        ...(replicasOf === undefined ? {} : { replicasOf }),
      });
      await session.output(command).result(policy, () => [JSON.stringify(policy, null, 2)]);
    });
}
