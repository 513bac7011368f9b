import type { PolicyPlan } from '@holdfast/core';
import type { Palette } from './palette.js';

/** What setting a policy changes, for people: each statement that comes or goes, as AWS gets it. */
export function renderPolicyPlan({ access, repository }: PolicyPlan, palette: Palette): string[] {
  if (access === undefined)
    return [`repository ${repository}: this store keeps the policy itself; nothing else changes`];
  if (access.changes.length === 0) return [`repository ${repository}: nothing changes in AWS`];
  return access.changes.flatMap(({ name, added, removed, foreign, size, limit }) => [
    `${palette.bold(name)} (${size} of ${limit} bytes; ${foreign} ${foreign === 1 ? 'statement' : 'statements'} of others stay)`,
    ...removed.map((statement) => palette.red(`  - ${JSON.stringify(statement)}`)),
    ...added.map((statement) => palette.green(`  + ${JSON.stringify(statement)}`)),
  ]);
}
