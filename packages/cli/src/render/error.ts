import { Declined } from '../confirm.js';
import { UndecidedError } from '../undecided-error.js';
import { UsageError } from '../usage-error.js';
import type { Palette } from './palette.js';
import { printable } from './printable.js';

/** A failure in the shape that `--json` prints as `{"error": …}`. */
export interface RenderedError {
  /** A code of HoldfastError, `usage` for a wrong command line or configuration, `declined` for a no, `undecided` for what stays because it could not be found out, `internal` for a defect. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Only with `--debug`. */
  readonly stack?: string;
}

/** What is shaped like a HoldfastError; its brand is checked without loading the core. */
interface CodedError extends Error {
  readonly code: string;
  readonly hint?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const HOLDFAST_BRAND = Symbol.for('holdfast.error');

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && HOLDFAST_BRAND in error;
}

/** Describes any thrown value; the stack only on request. */
export function describeError(error: unknown, debug: boolean): RenderedError {
  const stack = debug ? { stack: fullStack(error) } : {};
  if (error instanceof UsageError) {
    return { code: 'usage', message: error.message, ...optional('hint', error.hint), ...stack };
  }
  if (error instanceof UndecidedError) {
    return { code: 'undecided', message: error.message, hint: error.hint, ...stack };
  }
  if (error instanceof Declined) return { code: 'declined', message: error.message, ...stack };
  if (isCoded(error)) {
    const data = Object.keys(error.data).length === 0 ? undefined : error.data;
    return {
      code: error.code,
      message: error.message,
      ...optional('hint', error.hint),
      ...optional('data', data),
      ...stack,
    };
  }
  return {
    code: 'internal',
    message: `unexpected failure: ${firstLine(error)}`,
    hint: 'This is a defect of Holdfast or of the machine; --debug shows where it happened.',
    ...stack,
  };
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> {
  const none: Partial<Record<Key, Value>> = {};
  return value === undefined ? none : { ...none, [key]: value };
}

/** One line for the error, one for the hint, then the stack where asked for. A message of several problems keeps its lines. */
export function renderError(error: RenderedError, palette: Palette): readonly string[] {
  const [first = '', ...more] = error.message.split('\n');
  return [
    `${palette.red('error:')} ${printable(first)}`,
    ...more.map((line) => `  ${printable(line)}`),
    ...(error.hint === undefined ? [] : [`${palette.cyan('hint:')} ${printable(error.hint)}`]),
    ...(error.stack === undefined ? [] : [palette.dim(error.stack)]),
  ];
}

/** What happened, in one line; of a failure of the system its name and call, without the paths that its message holds. */
function firstLine(error: unknown): string {
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    return `${String(error.code)} in ${String(error.syscall)}`;
  }
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n')[0] ?? '';
}

function fullStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${fullStack(error.cause)}`;
}
