import type { Doubt, StackOutcome } from '@holdfast/cloudformation';
import type { Output } from '../output.js';
import { UndecidedError } from '../undecided-error.js';
import { renderTable } from './table.js';
import { count } from './values.js';
import { shortName } from './version.js';

/** What settling stacks and functions came to. */
export interface Outcomes {
  readonly outcomes: readonly StackOutcome[];
  /** What could not be found out of none in particular. */
  readonly doubts: readonly Doubt[];
}

/** Prints what was done to each stack and function, and why. Throws {@link UndecidedError} when anything could not be decided. */
export async function showOutcomes(report: Outcomes, dryRun: boolean, output: Output): Promise<void> {
  const rows = report.outcomes.flatMap(rowsOf);
  await output.result({ dryRun, ...report }, () =>
    renderTable(['consumer', 'status', 'change', 'what', 'slot or reason'], rows, output.palette),
  );
  const { outcomes, doubts } = report;
  for (const { notes, consumer } of outcomes)
    for (const note of notes) output.warning(`${consumerOf(consumer)}: ${note}`);
  output.message(
    `${counted(outcomes, 'settled')} ${dryRun ? 'would be settled' : 'settled'}, ${counted(outcomes, 'unchanged')} as they should be`,
  );
  const open = outcomes.filter(({ result }) => result === 'undecided').length;
  if (open + doubts.length > 0) throw new UndecidedError(open, doubts);
}

/** `3 stacks`, and `3 stacks and 1 function` where functions or layers were settled too. */
function counted(outcomes: readonly StackOutcome[], wanted: StackOutcome['result']): string {
  const stacks = outcomes.filter(({ consumer }) => !LAMBDA.test(consumer));
  const functions = outcomes.filter(({ consumer }) => LAMBDA.test(consumer));
  const number = (of: readonly StackOutcome[]): number => of.filter(({ result }) => result === wanted).length;
  const told = functions.length === 0 ? [] : [count(number(functions), 'function')];
  return [count(number(stacks), 'stack'), ...told].join(' and ');
}

function rowsOf({ consumer, status = '-', result, added, released, undecided }: StackOutcome): string[][] {
  const row = (...cells: string[]): string[] => [consumerOf(consumer), status, ...cells];
  const rows = [
    ...added.map((it) => row('added', shortName(it.version), it.slot)),
    ...released.map((it) => row('released', shortName(it.version), it.slot)),
    ...undecided.map(({ message }) => row('undecided', '-', message)),
  ];
  return rows.length === 0 ? [row(result, '-', '-')] : rows;
}

const LAMBDA = /:lambda:[^:]*:[^:]*:((?:function|layer):.*)$/;

/** `payments/1a2b…` for the ARN of a stack, `function:payments-api` for that of a function. */
function consumerOf(consumer: string): string {
  return (/:stack\/(.*)$/.exec(consumer) ?? LAMBDA.exec(consumer))?.[1] ?? consumer;
}
