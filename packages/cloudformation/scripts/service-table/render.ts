import type { ServiceRow } from '../../src/table/service-row.js';
import type { ServiceTable } from './classify.js';

/** The TypeScript file of the table, a row a line. */
export function renderRows(rows: readonly ServiceRow[], specification: string): string {
  return [
    `// Written by "pnpm --filter @holdfast/cloudformation generate" from @aws-cdk/aws-service-spec ${specification}. Do not edit.`,
    "import type { ServiceRow } from '../service-row.js';",
    '',
    'export const SERVICE_ROWS: readonly ServiceRow[] = [',
    ...rows.map((row) => `  ${JSON.stringify(row)},`),
    '];',
    '',
  ].join('\n');
}

/** The part of the document that says what the table has and what it lacks, as Markdown without tables. */
export function renderSummary({ rows, leftOut }: ServiceTable, specification: string): string {
  const lines = [
    `From \`@aws-cdk/aws-service-spec\` ${specification}: ${counted(rows)} are covered, ${counted(leftOut)} are left out.`,
    '',
    'Covered, the form that each property gets in brackets:',
    '',
    ...byType(rows, ({ path, shape }) => `\`${path}\` (${shape.form})`),
    '',
  ];
  for (const [reason, group] of Map.groupBy(leftOut, (it) => it.reason)) {
    lines.push(`Left out, ${counted(group)}: ${reason}.`, '');
    lines.push(...byType(group, ({ path }) => `\`${path}\``), '');
  }
  return lines.join('\n');
}

function counted(items: readonly { readonly type: string }[]): string {
  const types = new Set(items.map(({ type }) => type)).size;
  const word = items.length === 1 ? 'property' : 'properties';
  return `${items.length} ${word} of ${types} ${types === 1 ? 'type' : 'types'}`;
}

function byType<Item extends { readonly type: string }>(
  items: readonly Item[],
  text: (item: Item) => string,
): string[] {
  return [...Map.groupBy(items, ({ type }) => type)].map(
    ([type, group]) => `- ${type}: ${group.map(text).join(', ')}`,
  );
}
