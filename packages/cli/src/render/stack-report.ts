import type { ReferenceRecord, SettleReport } from '@holdfast/core';
import type { Output } from '../output.js';
import { renderTable } from './table.js';
import { count } from './values.js';
import { shortName } from './version.js';

/** Prints what a stack holds more and less than before. */
export async function reportStack(
  report: SettleReport & { readonly consumer: string },
  output: Output,
): Promise<void> {
  const { added, released, consumer } = report;
  const rows = [
    ...added.map((it) => ['added', it.kind, shortName(it.version), it.slot]),
    ...released.map((it) => ['released', it.kind, shortName(it.version), it.slot]),
  ];
  await output.result(report, () => renderTable(['change', 'kind', 'version', 'slot'], rows, output.palette));
  output.message(`${consumer}: ${countKinds(added)} added, ${countKinds(released)} released`);
}

/** `1 reference and 4 pins`, `4 pins`, or `0 references`. */
export function countKinds(records: readonly Pick<ReferenceRecord, 'kind'>[]): string {
  const pins = records.filter(({ kind }) => kind === 'pin').length;
  const references = count(records.length - pins, 'reference');
  if (pins === 0) return references;
  return records.length === pins ? count(pins, 'pin') : `${references} and ${count(pins, 'pin')}`;
}
