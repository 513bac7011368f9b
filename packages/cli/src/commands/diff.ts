import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ArtifactChange, TemplateDiff, TemplateText } from '@holdfast/cloudformation';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import { renderTable } from '../render/table.js';
import { count } from '../render/values.js';
import type { Session } from '../session.js';
import { codeOf } from '../system-errors.js';
import { UsageError } from '../usage-error.js';

export function declareDiff(program: Command, session: Session): void {
  program
    .command('diff')
    .summary('compare the artifacts of two packaged templates')
    .description(
      'Says which resources change their artifact, from which version to which, what CloudFormation does to them, and ' +
        'which references the stack gains and loses. Needs no store.',
    )
    .argument('<old>', 'packaged template that the stack has now')
    .argument('<new>', 'packaged template that it will have')
    .addHelpText('after', examples('holdfast diff deployed.yaml packaged.yaml'))
    .action(async (old: string, now: string, _options: object, command: Command) => {
      const output = session.output(command);
      const before = await readText(old);
      const after = await readText(now);
      const diff = await loadCloudFormation().diffTemplates(before, after);
      await output.result(diff, () =>
        renderTable(
          ['resource', 'slot', 'from', 'to', 'change'],
          diff.changes.map(changeRow),
          output.palette,
        ),
      );
      output.message(summary(diff));
    });
}

async function readText(file: string): Promise<TemplateText> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`"${file}" cannot be read (${codeOf(error)})`);
  });
  return { text, file };
}

function changeRow({ logicalId, slot, from, to, bookmark, impact }: ArtifactChange): readonly string[] {
  const through = bookmark === undefined ? '' : ` (through ${nameOf(bookmark)})`;
  return [
    logicalId,
    slot.slice(logicalId.length + 1),
    from === undefined ? '-' : nameOf(from),
    to === undefined ? '-' : `${nameOf(to)}${through}`,
    impact ?? '',
  ];
}

/** `payments/api:3` of an ARN in the repository `default`, else with the repository before it. */
function nameOf(arn: string): string {
  return arn.replace(/^.*:(version|bookmark)\/(default\/)?/, '');
}

function summary({ changes, references: { gained, lost, kept } }: TemplateDiff): string {
  const slots = `${count(changes.length, 'artifact')} changed, ${kept} unchanged`;
  return `${slots}; ${count(gained.length, 'reference')} gained, ${lost.length} lost`;
}
