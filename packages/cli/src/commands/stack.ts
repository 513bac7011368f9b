import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import { reportStack } from '../render/stack-report.js';
import type { Session } from '../session.js';
import { declareAbandon } from './stack-abandon.js';
import { declareSettle } from './stack-settle.js';
import { codeOf } from '../system-errors.js';
import { UsageError } from '../usage-error.js';

interface RegisterOptions {
  readonly stackName: string;
  readonly templateFile: string;
}

export function declareStack(program: Command, session: Session): void {
  const stack = program
    .command('stack')
    .summary('register, settle, remove and abandon what stacks use')
    .description(
      "Keeps a stack's references by hand, without AWS: for pipelines that deploy elsewhere, and the embedded store.",
    )
    .addHelpText(
      'after',
      examples('holdfast stack register --stack-name payments --template-file packaged.yaml'),
    );
  declareRegister(stack, session);
  declareRemove(stack, session);
  declareAbandon(stack, session);
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
        await reportStack(await registerStack({ store, stackName, text, file: templateFile }), output);
      });
    });
}

function declareRemove(stack: Command, session: Session): void {
  stack
    .command('remove')
    .description('Says that the stack is gone: everything that it references or has pinned is released.')
    .requiredOption('--stack-name <name>', 'name of the stack, or its ARN, which may be of another account')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast stack remove --stack-name payments'))
    .action(async (options: ConfirmOptions & { readonly stackName: string }, command: Command) => {
      requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output }) => {
        const { consumerNamed, removeStack } = loadCloudFormation();
        const { stackName } = options;
        await confirm(
          `Release everything that ${consumerNamed(store.identity, stackName)} uses?`,
          options,
          session.host,
        );
        await reportStack(await removeStack({ store, stackName }), output);
      });
    });
}
