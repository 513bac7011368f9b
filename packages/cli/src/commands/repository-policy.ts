import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { PolicyPlan, PolicyRecord } from '@holdfast/core';
import { parseCount } from '../arguments.js';
import { byComma } from '../by-comma.js';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import type { Host } from '../host.js';
import { loadYaml } from '../lazy-modules.js';
import { renderPolicyPlan } from '../render/policy-plan.js';
import type { Session } from '../session.js';
import { codeOf } from '../system-errors.js';
import { UsageError } from '../usage-error.js';

interface ChangeOptions extends ConfirmOptions {
  readonly expected?: number;
  readonly dryRun?: boolean;
  readonly regions?: readonly string[];
}

const NAME = ['[name]', 'name of the repository; --repository, or default, when absent'] as const;
const EXPECTED = [
  '--expected <revision>',
  'only when it has this revision; 0 when there never was one',
  parseCount,
] as const;
const REGIONS = [
  '--regions <regions...>',
  'regions where it is to apply to replicas, besides those that have some',
  byComma,
] as const;
const DRY_RUN = ['--dry-run', 'say what would change, and change nothing'] as const;
const YES = ['-y, --yes', 'do not ask'] as const;

/** `holdfast repository policy`: who of other accounts may do what with a repository. */
export function declareRepositoryPolicy(repository: Command, session: Session): void {
  const policy = repository
    .command('policy')
    .summary('say who of other accounts may do what')
    .description(
      "A resource policy in IAM's language, with holdfast: actions. In AWS it becomes statements of the bucket's, the table's and the " +
        "event bus's policies, and grants of the KMS key of a bucket of yours. Nothing is ever opened to everyone.",
    )
    .addHelpText(
      'after',
      examples(
        'holdfast repository policy set payments policy.json',
        'holdfast repository policy get payments',
      ),
    );
  policy
    .command('get')
    .description("Prints the repository's policy.")
    .argument(...NAME)
    .addHelpText('after', examples('holdfast repository policy get payments --json'))
    .action(async (name: string | undefined, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const record = await store.getPolicy(named(name, scope));
        await output.result(resultOf(record), () =>
          record?.policy === undefined ? [] : [JSON.stringify(record.policy, null, 2)],
        );
        if (record?.policy === undefined)
          output.message('there is no policy: only the own account has access');
        else output.message(`revision ${record.revision}`);
      });
    });
  policy
    .command('set')
    .description('Sets the policy from a JSON or YAML file, after showing what that changes in AWS.')
    .argument('<name>', 'name of the repository')
    .argument('<file>', 'the policy, or - for standard input')
    .option(...REGIONS)
    .option(...EXPECTED)
    .option(...DRY_RUN)
    .option(...YES)
    .addHelpText(
      'after',
      examples(
        'holdfast repository policy set payments policy.json',
        'holdfast repository policy set payments policy.json --expected 3 --yes',
      ),
    )
    .action(async (name: string, file: string, options: ChangeOptions, command: Command) => {
      await change(session, command, name, options, () => readPolicyFile(file, session.host));
    });
  policy
    .command('delete')
    .description('Takes the policy away: only the own account keeps access.')
    .argument(...NAME)
    .option(...EXPECTED)
    .option(...DRY_RUN)
    .option(...YES)
    .addHelpText('after', examples('holdfast repository policy delete payments'))
    .action(async (name: string | undefined, options: ChangeOptions, command: Command) => {
      await change(session, command, name, options, () => Promise.resolve(undefined));
    });
}

async function change(
  session: Session,
  command: Command,
  name: string | undefined,
  options: ChangeOptions,
  read: () => Promise<unknown>,
): Promise<void> {
  const { expected, regions = [], dryRun = false } = options;
  if (!dryRun) requireConsent(options, session.host);
  const wanted = await read();
  await session.withStore(command, async ({ store, output, scope }) => {
    const plan = await store.planPolicy(wanted, {
      ...{ ...named(name, scope), regions },
      ...(expected === undefined ? {} : { expected }),
    });
    if (dryRun) {
      await output.result({ plan: planResult(plan) }, () => renderPolicyPlan(plan, output.palette));
      return;
    }
    // Where results are JSON, standard output has one document: the plan is part of it.
    if (!output.json) for (const line of renderPolicyPlan(plan, output.palette)) output.message(line);
    const question = wanted === undefined ? 'Take the policy away?' : 'Set the policy?';
    await confirm(`${question} (repository ${plan.repository})`, options, session.host);
    const record = await store.applyPolicy(plan);
    output.message(`repository ${plan.repository}: policy revision ${record.revision}`);
    if (output.json) await output.result({ ...resultOf(record), plan: planResult(plan) }, () => []);
  });
}

function named(
  name: string | undefined,
  scope: { readonly repository?: string },
): { readonly repository?: string } {
  return name === undefined ? scope : { repository: name };
}

const resultOf = (record: PolicyRecord | undefined): object =>
  record === undefined ? {} : { policy: record };

function planResult({ access, ...plan }: PolicyPlan): object {
  const changes = access?.changes.map(({ region, place, name, added, removed, foreign, size, limit }) => ({
    ...{ region, place, name, added, removed, foreign, size, limit },
  }));
  if (access === undefined || changes === undefined) return plan;
  const { grants, keyPolicy } = access;
  return { ...plan, changes, grants, ...(keyPolicy === undefined ? {} : { keyPolicy }) };
}

/** Reads YAML, of which JSON is a part. */
async function readPolicyFile(file: string, { stdin }: Host): Promise<unknown> {
  const written =
    file === '-'
      ? await text(stdin)
      : await readFile(file, 'utf8').catch((error: unknown) => {
          throw new UsageError(`"${file}" cannot be read (${codeOf(error)})`);
        });
  const document = loadYaml().parseDocument(written, { prettyErrors: false });
  const wrong = document.errors[0];
  if (wrong !== undefined) throw new UsageError(`"${file}" is not valid JSON or YAML: ${wrong.message}`);
  return document.toJS() ?? null;
}
