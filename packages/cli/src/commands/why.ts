import type { Command } from 'commander';
import { examples, REFERENCE_HELP } from '../help.js';
import { pinHints } from '../render/pin-hints.js';
import { renderTable } from '../render/table.js';
import { reasonRow, USAGE_HEADER } from '../render/usage.js';
import type { Session } from '../session.js';

export function declareWhy(program: Command, session: Session): void {
  program
    .command('why')
    .summary('say everything that keeps a version')
    .description('Names every stack, slot, pin, bookmark and rule that keeps a version from being removed.')
    .argument('<ref>', REFERENCE_HELP)
    .addHelpText('after', examples('holdfast why payments/api:3'))
    .action(async (ref: string, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const explanation = await store.why(ref, scope);
        const { version, reasons } = explanation;
        await output.result(explanation, () => [
          `${output.palette.bold(version.arn)} is ${version.state}${reasons.length === 0 ? ', and nothing keeps it' : ', kept by'}`,
          ...renderTable(USAGE_HEADER, reasons.map(reasonRow), output.palette).map((line) => `  ${line}`),
        ]);
        for (const hint of pinHints(reasons)) output.message(hint);
      });
    });
}
