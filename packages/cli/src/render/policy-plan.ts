import type { PolicyPlan } from '@holdfast/core';
import type { Palette } from './palette.js';

/** What setting a policy changes, for people: each statement that comes or goes, as AWS gets it. */
export function renderPolicyPlan({ access, repository }: PolicyPlan, palette: Palette): string[] {
  if (access === undefined)
    return [`repository ${repository}: this store keeps the policy itself; nothing else changes`];
  const lines = [
    ...access.changes.flatMap((change) => policyLines(change, palette)),
    ...access.grants.flatMap((change) => grantLines(change, palette)),
  ];
  return [
    ...(lines.length === 0 ? [`repository ${repository}: nothing changes in AWS`] : lines),
    ...keyPolicyLines(access.keyPolicy, palette),
  ];
}

type Access = NonNullable<PolicyPlan['access']>;

function policyLines(
  { name, added, removed, foreign, size, limit }: Access['changes'][number],
  palette: Palette,
): string[] {
  return [
    `${palette.bold(name)} (${size} of ${limit} bytes; ${foreign} ${foreign === 1 ? 'statement' : 'statements'} of others stay)`,
    ...removed.map((statement) => palette.red(`  - ${JSON.stringify(statement)}`)),
    ...added.map((statement) => palette.green(`  + ${JSON.stringify(statement)}`)),
  ];
}

function grantLines({ key, added, removed, foreign }: Access['grants'][number], palette: Palette): string[] {
  return [
    `${palette.bold(`the grants of the KMS key ${key}`)} (${foreign} ${foreign === 1 ? 'grant' : 'grants'} of others stay)`,
    ...removed.map((grant) => palette.red(`  - ${JSON.stringify(grant)}`)),
    ...added.map((grant) => palette.green(`  + ${JSON.stringify(grant)}`)),
  ];
}

/** What nothing here changes must not be overlooked: without it nobody of these statements reads a byte. */
function keyPolicyLines(wish: Access['keyPolicy'], palette: Palette): string[] {
  if (wish === undefined) return [];
  return [
    palette.bold(`to be added to the policy of the KMS key ${wish.key} by whoever administers it:`),
    "  the bucket's contents are encrypted with it, and these statements name more than KMS grants can say; until then nobody reads by them",
    ...wish.statements.map((statement) => palette.yellow(`  ! ${JSON.stringify(statement)}`)),
  ];
}
