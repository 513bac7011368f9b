import { BlockList, isIP } from 'node:net';
import { parseOperator, type Operator } from './condition-keys.js';
import type { Condition } from './model.js';
import { matchesPattern } from './patterns.js';

/** What a request says of itself: the values of condition keys, whose case does not count. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/**
 * Whether a request meets a checked condition: every operator, and every key of it.
 *
 * Source: "IAM JSON policy elements: Condition operators" and "Conditions with multiple context keys or values", IAM user guide.
 */
export function meetsCondition(condition: Condition, context: RequestContext): boolean {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  return Object.entries(condition).every(([operator, keys]) => {
    const parsed = parseOperator(operator);
    return Object.entries(keys).every(([key, wanted]) =>
      meets(parsed, values.get(key.toLowerCase()), wanted),
    );
  });
}

function meets(
  { set, name, ifExists }: Operator,
  actual: readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  if (name === 'Null') return wanted.includes(String(actual === undefined));
  const negative = name.includes('Not');
  const test = TESTS[negative ? name.replace('Not', '') : name];
  if (test === undefined) return false;
  const holds = (value: string): boolean => wanted.some((it) => test(value, it)) !== negative;
  if (actual === undefined || actual.length === 0) {
    if (ifExists || set === 'ForAllValues') return true;
    return set === undefined && negative;
  }
  return set === 'ForAnyValue' ? actual.some(holds) : actual.every(holds);
}

type Test = (actual: string, wanted: string) => boolean;

const dates =
  (compare: (actual: number, wanted: number) => boolean): Test =>
  (actual, wanted) => {
    const [a, w] = [instantOf(actual), instantOf(wanted)];
    return a !== undefined && w !== undefined && compare(a, w);
  };

const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringLike: (actual, wanted) => matchesPattern(wanted, actual),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  IpAddress: inRange,
  DateEquals: dates((a, w) => a === w),
  DateLessThan: dates((a, w) => a < w),
  DateLessThanEquals: dates((a, w) => a <= w),
  DateGreaterThan: dates((a, w) => a > w),
  DateGreaterThanEquals: dates((a, w) => a >= w),
};

/** Each of an ARN's six parts by itself: a wildcard reaches no further than its part. */
function matchesArn(actual: string, wanted: string): boolean {
  const [have, want] = [arnParts(actual), arnParts(wanted)];
  return (
    have.length === 6 &&
    want.length === 6 &&
    want.every((part, index) => matchesPattern(part, have[index] ?? ''))
  );
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** Whether an address lies in a range such as `203.0.113.0/24`, or is that address. */
export function inRange(address: string, range: string): boolean {
  const [net = '', bits] = range.split('/');
  const family = isIP(net) === 6 ? 'ipv6' : 'ipv4';
  const length = bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits);
  if (isIP(net) === 0 || isIP(address) !== isIP(net)) return false;
  const list = new BlockList();
  list.addSubnet(net, length, family);
  return list.check(address, family);
}

/** Milliseconds of an ISO 8601 instant or of seconds since 1970; undefined for anything else. */
export function instantOf(text: string): number | undefined {
  const at = /^\d+$/.test(text)
    ? Number(text) * 1000
    : /^\d{4}-\d{2}-\d{2}(T|$)/.test(text)
      ? Date.parse(text)
      : NaN;
  return Number.isNaN(at) ? undefined : at;
}
