import { checkArtifactId, quote } from '../arn/index.js';
import { MAX_FORMER } from '../engines/former-uses/update.js';
import { HoldfastError } from '../errors.js';
import type { Lifecycle, LifecycleRule } from '../model.js';

const DEFAULT_ROLLBACK = 1;
const MAX_RULES = 100;
const MAX_LABELS = 100;
/** Days and counts up to here; a century and more versions than an artifact has. */
const MAX_COUNT = 1_000_000;
const MAX_DAYS = 36_500;

const KEYS = ['rollback', 'rules'];
const RULE_KEYS = ['prefix', 'keepLast', 'keepDays', 'keepDaysSinceRelease', 'keepLabelled'];

/**
 * Returns a lifecycle as it was read from JSON or YAML, with `rollback` 1 when absent. Throws `invalid-input` naming the first
 * value that is wrong.
 *
 * A rule must say what it keeps; one that keeps nothing says so with `keepLast: 0`.
 */
export function checkLifecycle(value: unknown): Lifecycle {
  const map = checkMap(value, 'the lifecycle', KEYS);
  const { rollback = DEFAULT_ROLLBACK, rules = [] } = map;
  if (!Array.isArray(rules) || rules.length > MAX_RULES) {
    return refuse('"rules"', rules, `write a list of at most ${MAX_RULES} rules`);
  }
  return {
    rollback: checkCount(rollback, '"rollback"', MAX_FORMER),
    rules: rules.map((rule, i) => checkRule(rule, `rule ${i + 1}`)),
  };
}

function checkRule(value: unknown, name: string): LifecycleRule {
  const { prefix, keepLast, keepDays, keepDaysSinceRelease, keepLabelled } = checkMap(value, name, RULE_KEYS);
  const rule: LifecycleRule = {
    ...(keepLast === undefined ? {} : { keepLast: checkCount(keepLast, `"keepLast" of ${name}`, MAX_COUNT) }),
    ...(keepDays === undefined ? {} : { keepDays: checkCount(keepDays, `"keepDays" of ${name}`, MAX_DAYS) }),
    ...(keepDaysSinceRelease === undefined
      ? {}
      : {
          keepDaysSinceRelease: checkCount(
            keepDaysSinceRelease,
            `"keepDaysSinceRelease" of ${name}`,
            MAX_DAYS,
          ),
        }),
    ...(keepLabelled === undefined
      ? {}
      : { keepLabelled: checkLabels(keepLabelled, `"keepLabelled" of ${name}`) }),
  };
  if (Object.keys(rule).length === 0) {
    refuse(name, value, 'say what it keeps; a rule that keeps nothing has "keepLast": 0');
  }
  if (prefix === undefined) return rule;
  if (typeof prefix !== 'string') return refuse(`"prefix" of ${name}`, prefix, 'write a text');
  return { prefix: checkArtifactId(prefix), ...rule };
}

function checkMap(value: unknown, name: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(name, value, `write keys and values, of ${keys.join(', ')}`);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    refuse(`the key ${quote(unknown)} of ${name}`, value, `the keys are ${keys.join(', ')}`);
  return value as Record<string, unknown>;
}

function checkCount(value: unknown, name: string, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  return refuse(name, value, `write a whole number from 0 to ${max}`);
}

function checkLabels(value: unknown, name: string): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const good = texts.filter((text) => typeof text === 'string' && !/^=|^$/.test(text));
  if (texts.length > 0 && texts.length <= MAX_LABELS && good.length === texts.length) return good as string[];
  return refuse(name, value, `write a list of 1 to ${MAX_LABELS} labels, each as key or key=value`);
}

function refuse(name: string, value: unknown, rule: string): never {
  const shown = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  throw new HoldfastError('invalid-input', `${name} is not valid: ${rule}, not ${quote(shown)}`);
}
