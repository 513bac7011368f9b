import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { SettleReport } from '@holdfast/core';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Output } from '../output.js';
import { renderTable } from '../render/table.js';
import { count } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';
import { declareSettle } from './stack-settle.js';
import { codeOf } from '../system-errors.js';
import { UsageError } from '../usage-error.js';

type StackReport = SettleReport & { readonly consumer: string };

interface RegisterOptions {
  readonly stackName: string;
  readonly templateFile: string;
}

export function declareStack(program: Command, session: Session): void {
  const stack = program
    .command('stack')
    .summary('register, settle and remove the references of stacks')
    .description(
      "Keeps a stack's references by hand, without AWS: for pipelines that deploy elsewhere, and the embedded store.",
    )
    .addHelpText(
      'after',
      examples('holdfast stack register --stack-name payments --template-file packaged.yaml'),
    );
  declareRegister(stack, session);
  declareRemove(stack, session);
  declareSettle(stack, session);
}

function declareRegister(stack: Command, session: Session): void {
  stack
    .command('register')
    .description(
      'Says that the stack runs this packaged template now: its references become exactly what the template uses.',
    )
    .requiredOption('--stack-name <name>', 'name of the stack')
    .requiredOption('--template-file <file>', 'packaged template')
    .addHelpText(
      'after',
      examples('holdfast stack register --stack-name payments --template-file packaged.yaml'),
    )
    .action(async ({ stackName, templateFile }: RegisterOptions, command: Command) => {
      const text = await readFile(templateFile, 'utf8').catch((error: unknown) => {
        throw new UsageError(`--template-file "${templateFile}" cannot be read (${codeOf(error)})`);
      });
      await session.withStore(command, async ({ store, output }) => {
        const { registerStack } = loadCloudFormation();
        await show(await registerStack({ store, stackName, text, file: templateFile }), output);
      });
    });
}

function declareRemove(stack: Command, session: Session): void {
  stack
    .command('remove')
    .description('Says that the stack is gone: everything that it references or has pinned is released.')
    .requiredOption('--stack-name <name>', 'name of the stack')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast stack remove --stack-name payments'))
    .action(async (options: ConfirmOptions & { readonly stackName: string }, command: Command) => {
      requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output }) => {
        const { removeStack, stackConsumer } = loadCloudFormation();
        const { stackName } = options;
        await confirm(
          `Release everything that ${stackConsumer(store.identity, stackName)} uses?`,
          options,
          session.host,
        );
        await show(await removeStack({ store, stackName }), output);
      });
    });
}

async function show(report: StackReport, output: Output): Promise<void> {
  const { added, released, consumer } = report;
  const rows = [
    ...added.map((it) => ['added', it.kind, shortName(it.version), it.slot]),
    ...released.map((it) => ['released', it.kind, shortName(it.version), it.slot]),
  ];
  await output.result(report, () => renderTable(['change', 'kind', 'version', 'slot'], rows, output.palette));
  output.message(`${consumer}: ${count(added.length, 'reference')} added, ${released.length} released`);
}
