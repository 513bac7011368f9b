import { HoldfastError } from '@holdfast/core';
import type { ArtifactUse } from './plan/types.js';

/** One thing that is wrong in a template, with the place where it is. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly logicalId?: string;
  /** The property's path below `Properties`. */
  readonly property?: string;
  /** What is wrong, naming the value. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A problem with a use, at its place. */
export function problemAt(
  file: string,
  { line, column, logicalId, property }: ArtifactUse,
  message: string,
  hint?: string,
): Problem {
  const place = { file, line, column, logicalId, property, message };
  return hint === undefined ? place : { ...place, hint };
}

/** `file:line:column: LogicalId.Property: message`. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  const subject = [problem.logicalId, problem.property].filter((part) => part !== undefined).join('.');
  return `${place}: ${subject === '' ? '' : `${subject}: `}${problem.message}`;
}

/** One error for all problems of a template: `invalid-input` with `data.problems`. */
export function templateError(problems: readonly Problem[]): HoldfastError {
  const [first] = problems;
  const count = problems.length === 1 ? '' : `${problems.length} problems:\n`;
  const hint = problems.length === 1 ? first?.hint : undefined;
  const lines = problems.map((problem) =>
    problems.length > 1 && problem.hint !== undefined
      ? `${formatProblem(problem)} (${problem.hint})`
      : formatProblem(problem),
  );
  return new HoldfastError('invalid-input', `${count}${lines.join('\n')}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { problems },
  });
}
