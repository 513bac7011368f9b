import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { ConditionBlock, OneOrMany, PolicyText, StatementText } from './model.js';

const KEYS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);
const REFUSED: Readonly<Record<string, string>> = {
  NotAction: 'it covers every action that is not named, those of later releases too. Name the actions.',
  NotPrincipal: 'it covers everyone who is not named. Name the principals.',
  NotResource: 'it covers whatever is not named. Name the resources.',
};

/** The error of a statement that cannot stand; its name comes first. */
export function refuse(label: string, reason: string, hint?: string): never {
  throw new HoldfastError(
    'invalid-input',
    `statement ${label}: ${reason}`,
    hint === undefined ? {} : { hint },
  );
}

/** What messages name a statement by. */
export function labelOf(sid: unknown, index: number): string {
  return typeof sid === 'string' && sid !== '' ? quote(sid) : `number ${index + 1}`;
}

/**
 * Reads the shape of a policy: which keys there are, and what kind of value each has. Throws `invalid-input` naming the statement.
 *
 * @param value what JSON or YAML held
 */
export function parsePolicy(value: unknown): PolicyText {
  const policy = requireMap(value, 'the policy');
  for (const key of Object.keys(policy)) {
    if (!['Version', 'Id', 'Statement'].includes(key))
      wrong(`the policy has ${quote(key)}, which policies do not have`);
  }
  if (policy['Version'] !== '2012-10-17')
    wrong(`"Version" must be "2012-10-17", not ${quote(policy['Version'])}`);
  const given = policy['Statement'];
  const statements = Array.isArray(given)
    ? (given as readonly unknown[])
    : given === undefined
      ? []
      : [given];
  if (statements.length === 0)
    wrong('the policy has no "Statement"', 'Take a policy away with: holdfast repository policy delete');
  const parsed = statements.map(parseStatement);
  const sids = parsed.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid]));
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (twice !== undefined) wrong(`two statements have the Sid ${quote(twice)}`);
  const id = policy['Id'];
  return { Version: '2012-10-17', ...(typeof id === 'string' ? { Id: id } : {}), Statement: parsed };
}

function parseStatement(value: unknown, index: number): StatementText {
  const statement = requireMap(value, `statement number ${index + 1}`);
  const sid = statement['Sid'];
  const label = labelOf(sid, index);
  if (sid !== undefined && (typeof sid !== 'string' || !/^[A-Za-z0-9]{1,64}$/.test(sid)))
    refuse(label, 'its "Sid" must be 1 to 64 letters and digits');
  for (const key of Object.keys(statement)) {
    const why = Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined;
    if (why !== undefined) refuse(label, `${key} is refused: ${why}`);
    if (!KEYS.has(key)) refuse(label, `it has ${quote(key)}, which statements do not have`);
  }
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny')
    refuse(label, `"Effect" must be Allow or Deny, not ${quote(effect)}`);
  const condition = statement['Condition'];
  return {
    ...(typeof sid === 'string' ? { Sid: sid } : {}),
    Effect: effect,
    Principal: parsePrincipal(statement['Principal'], label),
    Action: texts(statement['Action'], label, '"Action"'),
    Resource: texts(statement['Resource'], label, '"Resource"'),
    ...(condition === undefined ? {} : { Condition: parseCondition(condition, label) }),
  };
}

function parsePrincipal(value: unknown, label: string): StatementText['Principal'] {
  if (value === '*') return value;
  if (!isMap(value) || Object.keys(value).length === 0)
    refuse(label, '"Principal" must be "*", or name principals, such as {"AWS": "123456789012"}');
  return mapValues(value, (it, kind) => texts(it, label, `"Principal": ${quote(kind)}`));
}

function parseCondition(value: unknown, label: string): ConditionBlock {
  if (!isMap(value)) refuse(label, '"Condition" must hold operators');
  return mapValues(value, (keys, operator) => {
    if (!isMap(keys)) refuse(label, `condition ${quote(operator)} must hold keys`);
    return mapValues(keys, (it, key) =>
      texts(it, label, `condition ${quote(operator)}: ${quote(key)}`, true),
    );
  });
}

/** A text, or several. IAM takes true and numbers for their texts in conditions. */
function texts(value: unknown, label: string, what: string, scalars = false): OneOrMany {
  const one = (it: unknown): string => {
    if (typeof it === 'string' && it !== '') return it;
    if (scalars && (typeof it === 'boolean' || typeof it === 'number')) return String(it);
    return refuse(label, `${what} must be text, not ${quote(it)}`);
  };
  if (!Array.isArray(value)) return one(value);
  if (value.length === 0) refuse(label, `${what} is empty`);
  return value.map(one);
}

function requireMap(value: unknown, what: string): Record<string, unknown> {
  return isMap(value) ? value : wrong(`${what} must hold keys and values, not ${quote(value)}`);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues<T>(
  map: Record<string, unknown>,
  change: (value: unknown, key: string) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

function wrong(message: string, hint?: string): never {
  throw new HoldfastError('invalid-input', message, hint === undefined ? {} : { hint });
}
