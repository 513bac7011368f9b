import { quote } from '../arn/index.js';
import { ACTION_RULES, ACTIONS, inseparableFrom, type ActionRule } from './actions.js';
import { keyRule, operatorProblem, parseOperator, type KeyRule } from './condition-keys.js';
import { inRange, instantOf } from './conditions.js';
import type {
  Condition,
  ConditionBlock,
  Grant,
  Policy,
  PolicyTarget,
  PolicyText,
  Principals,
  Statement,
  StatementText,
} from './model.js';
import { labelOf, parsePolicy, refuse } from './parse.js';
import { matchesPatternInAnyCase } from './patterns.js';
import { parsePrincipals, refuseOpen } from './principals.js';
import { concerns, parseResource, restFor } from './resources.js';

/** Reads and checks a resource policy. Throws `invalid-input` that names the statement and what is wrong with it. Pure. */
export function readPolicy(value: unknown, target: PolicyTarget): Policy {
  return checkPolicy(parsePolicy(value), target);
}

export function checkPolicy({ Statement: statements }: PolicyText, target: PolicyTarget): Policy {
  return { statements: statements.map((statement, index) => checkStatement(statement, index, target)) };
}

function checkStatement(text: StatementText, index: number, target: PolicyTarget): Statement {
  const label = labelOf(text.Sid, index);
  const condition = checkCondition(text.Condition ?? {}, label);
  const principals = parsePrincipals(text.Principal, target, label);
  if (text.Effect === 'Allow') refuseOpen(principals, condition, label);
  const grants = grantsOf(text, target, label);
  checkSeparable(grants, label);
  checkServices(principals, grants, label);
  return { label, index, effect: text.Effect, principals, grants, condition };
}

/** Each action with the resources that it is asked on. A pair that can never meet is refused: it would silently do nothing. */
function grantsOf({ Action, Resource }: StatementText, target: PolicyTarget, label: string): Grant[] {
  const resources = [Resource].flat().map((it) => parseResource(it, target, label));
  const used = new Set<string>();
  const grants: Grant[] = [];
  for (const { rule, named } of actionsOf([Action].flat(), label)) {
    const fitting = resources.filter((it) => concerns(it, rule));
    if (fitting.length === 0) {
      if (named) refuse(label, `${rule.action} is asked on ${wanted(rule)}, and it names none`);
      continue;
    }
    for (const { text } of fitting) used.add(text);
    const rest = [...new Set(fitting.map((it) => restFor(it, rule, label)))].sort();
    grants.push({ action: rule.action, rest: rest.includes('*') ? ['*'] : rest });
  }
  const unused = resources.find(({ text }) => !used.has(text));
  if (unused !== undefined) refuse(label, `none of its actions is asked on ${quote(unused.text)}`);
  return grants;
}

function wanted({ resource, action }: ActionRule): string {
  if (resource !== 'store') return `resources of type "${resource}"`;
  return `the whole store, since the event bus tells of every repository: for ${action} name repository/*`;
}

/** The rules that the actions name, in the order of the table; `named` are those that stand there without wildcards. */
function actionsOf(actions: readonly string[], label: string): { rule: ActionRule; named: boolean }[] {
  const found = new Map<ActionRule, boolean>();
  for (const action of actions) {
    const exact = ACTIONS.get(action.toLowerCase());
    const rules =
      exact !== undefined
        ? [exact]
        : ACTION_RULES.filter((rule) => matchesPatternInAnyCase(action, rule.action));
    if (rules.length === 0 || !/^holdfast:/i.test(action)) {
      const known = ACTION_RULES.map((rule) => rule.action).join(', ');
      refuse(label, `${quote(action)} is no action that can be shared`, `The actions are ${known}.`);
    }
    for (const rule of rules) found.set(rule, exact !== undefined || found.get(rule) === true);
  }
  return ACTION_RULES.flatMap((rule) => (found.has(rule) ? [{ rule, named: found.get(rule) === true }] : []));
}

/** AWS cannot tell the actions of a group apart, so none is granted or denied without the others. */
function checkSeparable(grants: readonly Grant[], label: string): void {
  const given = new Set(grants.map(({ action }) => action));
  for (const rule of ACTION_RULES) {
    if (!given.has(rule.action)) continue;
    const missing = inseparableFrom(rule).filter((action) => !given.has(action));
    if (missing.length > 0) {
      refuse(
        label,
        `${rule.action} without ${missing.join(', ')} cannot be expressed: DynamoDB tells items apart by their partition, not by what is done to them`,
        `Name all of them, or none. Whoever only deploys needs none of them where the owning account pins and settles.`,
      );
    }
  }
}

function checkServices({ services }: Principals, grants: readonly Grant[], label: string): void {
  const other = grants.find(({ action }) => action !== 'holdfast:GetContent');
  if (services.length > 0 && other !== undefined)
    refuse(label, `${other.action} cannot be given to services: they read bytes, and nothing of the catalog`);
}

function checkCondition(block: ConditionBlock, label: string): Condition {
  for (const [operator, keys] of Object.entries(block)) {
    const names = Object.keys(keys).map((key) => key.toLowerCase());
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) refuse(label, `condition ${quote(operator)} has ${quote(twice)} twice`);
  }
  return Object.fromEntries(
    Object.entries(block).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(keys).map(([key, values]) => checkKey(operator, key, [values].flat(), label)),
      ),
    ]),
  );
}

function checkKey(
  operator: string,
  key: string,
  values: readonly string[],
  label: string,
): [string, readonly string[]] {
  const rule = keyRule(key);
  if (rule === undefined) {
    refuse(
      label,
      `condition key ${quote(key)} cannot be used: S3, DynamoDB and EventBridge must all know it, and take it for the same`,
      'Use global keys, such as aws:PrincipalOrgID or aws:SourceAccount.',
    );
  }
  const parsed = parseOperator(operator);
  const problem = operatorProblem(parsed, rule);
  if (problem !== undefined)
    refuse(label, `condition ${quote(operator)} does not go with ${quote(key)}: ${problem}`);
  for (const value of values) {
    if (value.includes('${'))
      refuse(label, `condition value ${quote(value)} has a variable, which conditions here cannot have`);
    if (!isValue(value, parsed.name === 'Null' ? 'yes-no' : rule.type))
      refuse(label, `condition value ${quote(value)} is none for ${rule.key} (${parsed.name})`);
  }
  return [rule.key, values];
}

function isValue(value: string, type: KeyRule['type']): boolean {
  switch (type) {
    case 'yes-no':
      return value === 'true' || value === 'false';
    case 'instant':
      return instantOf(value) !== undefined;
    case 'address':
      return isRange(value);
    default:
      return true;
  }
}

function isRange(value: string): boolean {
  const [net = '', bits] = value.split('/');
  const longest = net.includes(':') ? 128 : 32;
  return (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest)) && inRange(net, value);
}
