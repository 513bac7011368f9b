// Generates the table of S3-shaped properties and its part of docs/packageable.md from the installed resource specification.
// Run it after another version of @aws-cdk/aws-service-spec was installed, and read what changed before you commit it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { format, resolveConfig } from 'prettier';

const require = createRequire(import.meta.url);
require('../../../test/typescript-hook.cjs');
const { loadAwsServiceSpecSync } = require('@aws-cdk/aws-service-spec');
const { candidatesOf } = require('./service-table/candidates.ts');
const { classify } = require('./service-table/classify.ts');
const { REVIEWED } = require('./service-table/reviewed.ts');
const { renderRows, renderSummary } = require('./service-table/render.ts');
const { ARTIFACT_TABLE } = require('../src/table/artifact-table.ts');

const { version } = require('@aws-cdk/aws-service-spec/package.json');
const known = new Set(ARTIFACT_TABLE.map(({ type, path }) => `${type} ${path.join('.')}`));
const table = classify(candidatesOf(loadAwsServiceSpecSync()), REVIEWED, (type, path) =>
  known.has(`${type} ${path}`),
);
writeFileSync(
  new URL('../src/table/generated/service-rows.ts', import.meta.url),
  renderRows(table.rows, version),
);

const document = new URL('../../../docs/packageable.md', import.meta.url);
const [head, , tail] = readFileSync(document, 'utf8').split(
  /<!-- generated:begin -->|<!-- generated:end -->/,
);
const text = `${head}<!-- generated:begin -->\n\n${renderSummary(table, version)}\n<!-- generated:end -->${tail}`;
const options = await resolveConfig(document);
writeFileSync(document, await format(text, { ...options, parser: 'markdown' }));
process.stdout.write(`${table.rows.length} properties; ${table.leftOut.length} left out\n`);
