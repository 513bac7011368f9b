import type { Doubt, StackOutcome } from '@holdfast/cloudformation';
import type { Output } from '../output.js';
import { UndecidedError } from '../undecided-error.js';
import { renderTable } from './table.js';
import { count } from './values.js';
import { shortName } from './version.js';

/** What settling stacks came to. */
export interface Outcomes {
  readonly outcomes: readonly StackOutcome[];
  /** What could not be found out of no stack in particular. */
  readonly doubts: readonly Doubt[];
}

/** Prints what was done to each stack, and why. Throws {@link UndecidedError} when anything could not be decided. */
export async function showOutcomes(report: Outcomes, dryRun: boolean, output: Output): Promise<void> {
  const rows = report.outcomes.flatMap(rowsOf);
  await output.result({ dryRun, ...report }, () =>
    renderTable(['stack', 'status', 'change', 'what', 'slot or reason'], rows, output.palette),
  );
  const { outcomes, doubts } = report;
  for (const { notes, consumer } of outcomes)
    for (const note of notes) output.warning(`${stackOf(consumer)}: ${note}`);
  const settled = outcomes.filter(({ result }) => result === 'settled').length;
  const unchanged = outcomes.filter(({ result }) => result === 'unchanged').length;
  output.message(
    `${count(settled, 'stack')} ${dryRun ? 'would be settled' : 'settled'}, ${count(unchanged, 'stack')} as they should be`,
  );
  const open = outcomes.filter(({ result }) => result === 'undecided').length;
  if (open + doubts.length > 0) throw new UndecidedError(open, doubts);
}

function rowsOf({ consumer, status = '-', result, added, released, undecided }: StackOutcome): string[][] {
  const row = (...cells: string[]): string[] => [stackOf(consumer), status, ...cells];
  const rows = [
    ...added.map((it) => row('added', shortName(it.version), it.slot)),
    ...released.map((it) => row('released', shortName(it.version), it.slot)),
    ...undecided.map(({ message }) => row('undecided', '-', message)),
  ];
  return rows.length === 0 ? [row(result, '-', '-')] : rows;
}

/** `payments/1a2b…` for the ARN of a stack. */
function stackOf(consumer: string): string {
  return /:stack\/(.*)$/.exec(consumer)?.[1] ?? consumer;
}
