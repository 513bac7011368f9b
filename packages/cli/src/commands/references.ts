import type { ConsumerRecord } from '@holdfast/core';
import type { Command } from 'commander';
import { examples, REFERENCE_HELP } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import { renderTable } from '../render/table.js';
import { bookmarkRow, referenceRow, USAGE_HEADER } from '../render/usage.js';
import { formatInstant } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session, Work } from '../session.js';
import { UsageError } from '../usage-error.js';

interface ReferencesOptions {
  readonly consumer?: string;
  readonly stackName?: string;
}

export function declareReferences(program: Command, session: Session): void {
  program
    .command('references')
    .summary('show who uses a version, or what a stack uses')
    .description(
      'Shows the references, pins and bookmarks of a version, or those that a stack or other consumer holds.',
    )
    .argument('[ref]', REFERENCE_HELP)
    .option('--consumer <arn>', 'what this consumer uses, instead of a version')
    .option('--stack-name <name>', "what this stack uses, in the store's account and region")
    .addHelpText(
      'after',
      examples('holdfast references payments/api:3', 'holdfast references --stack-name payments'),
    )
    .action(async (ref: string | undefined, options: ReferencesOptions, command: Command) => {
      const given = [ref, options.consumer, options.stackName].filter((value) => value !== undefined);
      if (given.length !== 1) {
        throw new UsageError('give exactly one of a version, --consumer and --stack-name');
      }
      await session.withStore(command, (work) =>
        ref !== undefined ? showUsers(ref, work) : showUsed(options, work),
      );
    });
}

async function showUsers(ref: string, { store, output, scope }: Work): Promise<void> {
  const usage = await store.usage(ref, scope);
  const rows = [...usage.references.map(referenceRow), ...usage.bookmarks.map(bookmarkRow)];
  await output.result(usage, () => renderTable(USAGE_HEADER, rows, output.palette));
  if (rows.length === 0) output.message('nothing uses it');
}

async function showUsed({ consumer, stackName }: ReferencesOptions, work: Work): Promise<void> {
  const used =
    consumer === undefined ? await ofStack(stackName ?? '', work) : await work.store.consumer(consumer);
  const { output } = work;
  const rows = used.references.map((it) => [
    it.kind,
    shortName(it.version),
    it.bookmark === undefined ? it.slot : `${it.slot} (through ${it.bookmark})`,
    it.deployment,
    formatInstant(it.since),
  ]);
  await output.result(used, () =>
    renderTable(['kind', 'version', 'slot', 'deployment', 'since'], rows, output.palette),
  );
  if (rows.length === 0) output.message(`${used.consumer} uses nothing`);
}

/** What is held for a name: by deployments of which no stack is known yet, and by the stacks that have the name or had it. */
async function ofStack(
  name: string,
  { store }: Work,
): Promise<Pick<ConsumerRecord, 'consumer' | 'references'>> {
  const { stackConsumer, stacksThatHold } = loadCloudFormation();
  const consumer = stackConsumer(store.identity, name);
  const consumers = [consumer, ...(await stacksThatHold(store, consumer))];
  const records = await Promise.all(consumers.map((each) => store.consumer(each)));
  return { consumer, references: records.flatMap(({ references }) => references) };
}
