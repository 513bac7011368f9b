import { quote } from '../arn/index.js';
import type { Condition, PolicyTarget, Principals, StatementText } from './model.js';
import { refuse } from './parse.js';

const ACCOUNT = /^[0-9]{12}$/;
const IDENTITY =
  /^arn:(?<partition>aws[a-z-]*):(?:iam::(?<account>[0-9]{12}):(?:root|role\/[\w+=,.@/-]+|user\/[\w+=,.@/-]+)|sts::(?<other>[0-9]{12}):assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+)$/;
const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/;

/** Accounts become the ARNs of their roots, which is how AWS understands them. */
export function parsePrincipals(
  value: StatementText['Principal'],
  { partition }: PolicyTarget,
  label: string,
): Principals {
  const named = value === '*' ? { AWS: '*' } : value;
  const aws: string[] = [];
  const services: string[] = [];
  let everyone = false;
  for (const [kind, given] of Object.entries(named)) {
    for (const principal of [given].flat()) {
      if (kind === 'Service') services.push(checkService(principal, label));
      else if (kind !== 'AWS')
        refuse(label, `principals of kind ${quote(kind)} are refused: write "AWS" or "Service"`);
      else if (principal === '*') everyone = true;
      else aws.push(checkIdentity(principal, partition, label));
    }
  }
  if (services.length > 0 && (everyone || aws.length > 0)) {
    refuse(
      label,
      'it names services together with other principals, which the same condition cannot confine',
      'Write two statements.',
    );
  }
  return everyone
    ? { everyone, aws: [], services: [] }
    : { everyone, aws: distinct(aws), services: distinct(services) };
}

function checkIdentity(principal: string, partition: string, label: string): string {
  if (ACCOUNT.test(principal)) return `arn:${partition}:iam::${principal}:root`;
  const parts = IDENTITY.exec(principal)?.groups;
  if (parts === undefined) {
    refuse(
      label,
      `principal ${quote(principal)} is none that can be named`,
      'Write an account, or the ARN of a role, user or session, without wildcards. For many: "*" with a condition on aws:PrincipalOrgID or aws:PrincipalArn.',
    );
  }
  if (parts['partition'] !== partition)
    refuse(label, `principal ${quote(principal)} is of another partition than ${partition}`);
  return principal;
}

function checkService(principal: string, label: string): string {
  if (!SERVICE.test(principal))
    refuse(label, `${quote(principal)} is no service, such as lambda.amazonaws.com`);
  return principal;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

const ORGANISATION = /^o-[a-z0-9]{10,32}$/;
const WITHIN_ORGANISATION = /^o-[a-z0-9]{10,32}\/(?!$)/;
const equal = ['StringEquals'];
const like = ['StringEquals', 'StringLike', 'ArnEquals', 'ArnLike'];
const any = ['ForAnyValue:StringEquals', 'ForAnyValue:StringLike'];

/** A condition that confines: by these operators, with only such values, it holds for nobody but named organisations or accounts. */
interface Confining {
  readonly operators: readonly string[];
  readonly value: RegExp;
}

const CONFINING_PEOPLE: Readonly<Record<string, Confining>> = {
  'aws:PrincipalOrgID': { operators: equal, value: ORGANISATION },
  'aws:PrincipalOrgPaths': { operators: any, value: WITHIN_ORGANISATION },
  'aws:PrincipalAccount': { operators: equal, value: ACCOUNT },
  'aws:PrincipalArn': { operators: like, value: /^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:./ },
};

const CONFINING_SERVICES: Readonly<Record<string, Confining>> = {
  'aws:SourceOrgID': { operators: equal, value: ORGANISATION },
  'aws:SourceOrgPaths': { operators: any, value: WITHIN_ORGANISATION },
  'aws:SourceAccount': { operators: equal, value: ACCOUNT },
  'aws:SourceArn': { operators: like, value: /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*-]*:[0-9]{12}:./ },
};

/** Refuses an Allow that would open something to everyone, or to a service on everyone's behalf. */
export function refuseOpen({ everyone, services }: Principals, condition: Condition, label: string): void {
  if (everyone && !isConfined(condition, CONFINING_PEOPLE)) {
    refuse(
      label,
      'it would open the repository to everyone: its Principal is "*", and no condition confines it to organisations or accounts',
      `Name accounts, or add {"StringEquals": {"aws:PrincipalOrgID": "o-…"}}. Confining keys: ${Object.keys(CONFINING_PEOPLE).join(', ')}.`,
    );
  }
  if (services.length > 0 && !isConfined(condition, CONFINING_SERVICES)) {
    refuse(
      label,
      `it would open the repository to every account's use of ${services.join(', ')}: no condition says on whose behalf`,
      `Add {"StringEquals": {"aws:SourceAccount": "<account>"}}. Confining keys: ${Object.keys(CONFINING_SERVICES).join(', ')}.`,
    );
  }
}

function isConfined(condition: Condition, confining: Readonly<Record<string, Confining>>): boolean {
  return Object.entries(condition).some(([operator, keys]) =>
    Object.entries(keys).some(([key, values]) => {
      const rule = Object.hasOwn(confining, key) ? confining[key] : undefined;
      return rule?.operators.includes(operator) === true && values.every((value) => rule.value.test(value));
    }),
  );
}

/** The organisations of paths such as `o-…/r-…/ou-…/*`. */
export function organisationsOf(condition: Condition): string[] {
  const paths = any.flatMap((operator) => condition[operator]?.['aws:PrincipalOrgPaths'] ?? []);
  return distinct(paths.map((path) => path.slice(0, path.indexOf('/'))));
}
