import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { candidatesOf } from '../../../scripts/service-table/candidates.js';
import { classify } from '../../../scripts/service-table/classify.js';
import { renderRows, renderSummary } from '../../../scripts/service-table/render.js';
import { REVIEWED } from '../../../scripts/service-table/reviewed.js';
import { ARTIFACT_TABLE } from '../../../src/index.js';

const MANIFEST = require.resolve('@aws-cdk/aws-service-spec/package.json');
const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string };
const known = new Set(ARTIFACT_TABLE.map(({ type, path }) => `${type} ${path.join('.')}`));
const table = classify(candidatesOf(loadAwsServiceSpecSync()), REVIEWED, (type, path) =>
  known.has(`${type} ${path}`),
);

/** What to do when one of these fails: run "pnpm --filter @holdfast/cloudformation generate" and review the changes. */
test('the checked-in table is what the installed specification gives', () => {
  const file = join(__dirname, '../../../src/table/generated/service-rows.ts');
  expect(readFileSync(file, 'utf8')).toBe(renderRows(table.rows, version));
});

test('the document says what is covered and what is left out', () => {
  const document = readFileSync(join(__dirname, '../../../../../docs/packageable.md'), 'utf8');
  // Prettier escapes what would be Markdown; that aside the words are the same.
  const words = (text: string): string => text.replace(/[\\\s]+/g, ' ').trim();
  const [, generated = ''] = document.split(/<!-- generated:begin -->|<!-- generated:end -->/);
  expect(words(generated)).toBe(words(renderSummary(table, version)));
});

test('nothing stands in both tables, and nothing twice', () => {
  const places = table.rows.map(({ type, path }) => `${type} ${path}`);
  expect(places.filter((place) => known.has(place))).toEqual([]);
  expect(new Set(places).size).toBe(places.length);
});
