import { Option, type Command } from 'commander';
import type { PolicyPlan, SharePurpose, ShareStep } from '@holdfast/core';
import { byComma } from '../by-comma.js';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { loadCore } from '../lazy-modules.js';
import { renderPolicyPlan } from '../render/policy-plan.js';
import { renderTable } from '../render/table.js';
import { declareForget } from './share-forget.js';
import type { Session, Work } from '../session.js';

interface CreateOptions extends ConfirmOptions {
  readonly principals: readonly string[];
  readonly grantees?: readonly string[];
  readonly role?: string;
  readonly for: SharePurpose;
  readonly regions?: readonly string[];
}

/** The same as the core's, which is not loaded for a command's declaration. */
const PURPOSES: readonly SharePurpose[] = ['reading', 'deploying'];
const YES = ['-y, --yes', 'do not ask'] as const;
const DEFAULT = 'default';

export function declareShare(program: Command, session: Session): void {
  const share = program
    .command('share')
    .summary('share a repository with other accounts')
    .description(
      'Lets other accounts, or those of an organisation, read and deploy from a repository: by its resource policy, and by S3 Access Grants ' +
        'that AWS Resource Access Manager shares.',
    )
    .addHelpText('after', examples('holdfast share create --principals 222222222222,333333333333'));
  declareCreate(share, session);
  share
    .command('list')
    .description('Lists what this account shares through Resource Access Manager, and what it was given.')
    .addHelpText('after', examples('holdfast share list'))
    .action(async (_options: object, command: Command) => {
      await session.withStore(command, async ({ store, output }) => {
        const shares = await store.shares.list();
        const rows = shares.map(({ name, owner, status, principals = [] }) => [
          name,
          owner,
          status,
          principals.join(' '),
        ]);
        await output.result({ shares }, () =>
          renderTable(['share', 'owner', 'status', 'with'], rows, output.palette),
        );
      });
    });
  share
    .command('accept')
    .description(
      'Accepts what another account shares with yours. Within an organisation there is nothing to accept.',
    )
    .requiredOption('--from <account>', 'the account that shares')
    .option(...YES)
    .addHelpText('after', examples('holdfast share accept --from 111111111111'))
    .action(async (options: ConfirmOptions & { readonly from: string }, command: Command) => {
      requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output }) => {
        await confirm(`Accept every Holdfast share of account ${options.from}?`, options, session.host);
        const accepted = await store.shares.accept(options.from);
        for (const { name } of accepted) output.message(`accepted ${name}`);
        if (accepted.length === 0) output.message(`account ${options.from} has no invitation open`);
        if (output.json) await output.result({ accepted }, () => []);
      });
    });
  declareDelete(share, session);
  declareForget(share, session);
}

function declareCreate(share: Command, session: Session): void {
  share
    .command('create')
    .description(
      "Shares the repository with these principals, and with no others: its policy's own share is replaced. With a role for S3 Access Grants, " +
        'also makes the grants and the share of Resource Access Manager. Safe to repeat.',
    )
    .requiredOption(
      '--principals <list>',
      'accounts, or ARNs of an organisation or its units, with commas',
      list,
    )
    .addOption(
      new Option(
        '--for <purpose>',
        'reading; or deploying, which takes the right to pin and with it all others of the catalog that write',
      )
        .choices(PURPOSES)
        .default('reading'),
    )
    .option(
      '--regions <regions...>',
      'regions where they will use replicas, besides those that have some',
      byComma,
    )
    .option('--role <arn>', 'role that S3 Access Grants reads the contents with')
    .option('--grantees <list>', 'ARNs of roles and users that get a grant, with commas', list)
    .option(...YES)
    .addHelpText(
      'after',
      examples(
        'holdfast share create --principals 222222222222 --repository payments',
        'holdfast share create --principals 222222222222 --for deploying --regions us-east-1',
        'holdfast share create --principals arn:aws:organizations::111111111111:organization/o-abcdefghij --yes',
      ),
    )
    .action(async (options: CreateOptions, command: Command) => {
      requireConsent(options, session.host);
      const { parseSharePrincipal, withShare } = loadCore();
      const principals = options.principals.map(parseSharePrincipal);
      await session.withStore(command, async (work) => {
        const { store, output, scope } = work;
        const current = await store.getPolicy(scope);
        const { for: purpose, regions = [] } = options;
        const plan = await store.planPolicy(withShare(current?.policy, principals, purpose), {
          ...{ ...scope, regions },
          expected: current?.revision ?? 0,
        });
        tell(work, plan);
        await confirm(`Share repository ${plan.repository}?`, options, session.host);
        const record = await store.applyPolicy(plan);
        const { role, grantees = [] } = options;
        const steps =
          role === undefined
            ? []
            : await store.shares.create({
                repository: plan.repository,
                principals: options.principals,
                grantees,
                role,
              });
        report(work, steps);
        output.message(`repository ${plan.repository}: policy revision ${record.revision}`);
        if (output.json)
          await output.result({ repository: plan.repository, policy: record, steps }, () => []);
      });
    });
}

function declareDelete(share: Command, session: Session): void {
  share
    .command('delete')
    .description(
      "Ends sharing: takes back the share, its grants, and what it put into the repository's policy.",
    )
    .option(...YES)
    .addHelpText('after', examples('holdfast share delete --repository payments'))
    .action(async (options: ConfirmOptions, command: Command) => {
      requireConsent(options, session.host);
      const { withShare } = loadCore();
      await session.withStore(command, async (work) => {
        const { store, output, scope } = work;
        const current = await store.getPolicy(scope);
        const left = withShare(current?.policy, []);
        const plan = await store.planPolicy(left, { ...scope, expected: current?.revision ?? 0 });
        tell(work, plan);
        await confirm(`End sharing of repository ${plan.repository}?`, options, session.host);
        const record = current?.policy === undefined ? undefined : await store.applyPolicy(plan);
        const steps = await store.shares.delete(scope.repository ?? DEFAULT);
        report(work, steps);
        if (output.json)
          await output.result({ repository: plan.repository, policy: record, steps }, () => []);
      });
    });
}

function tell({ output }: Work, plan: PolicyPlan): void {
  if (output.json) return;
  for (const line of renderPolicyPlan(plan, output.palette)) output.message(line);
}

function report({ output }: Work, steps: readonly ShareStep[]): void {
  for (const { what, outcome } of steps) output.message(`${outcome}: ${what}`);
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((it) => it.trim())
    .filter((it) => it !== '');
}
