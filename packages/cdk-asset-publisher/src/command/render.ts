import type { StackOutcome } from '@holdfast/cloudformation';
import { isHoldfastError } from '@holdfast/core';
import type { AssemblyStack } from '../assembly/read-assembly.js';
import type { PublishedAssembly } from '../publish/publish-assembly.js';

/** What was published, one line for each stack. */
export function publishedLines({ stacks, incomplete }: PublishedAssembly): string[] {
  if (incomplete) return ['Nothing was published: the app waits for values that the CDK looks up.'];
  return stacks.map(({ path, artifacts, uploaded, unchanged }) => {
    const uses = count(artifacts.length, 'use of an artifact', 'uses of artifacts');
    const contents =
      uploaded + unchanged === 0 ? 'published before' : `${uploaded} new, ${unchanged} unchanged`;
    return `${path}: ${uses} pinned (${contents})`;
  });
}

/** What became of the references, one line for each stack that is in question. */
export function settledLines(outcomes: readonly StackOutcome[]): string[] {
  return outcomes.flatMap(({ consumer, added, released, undecided }) => {
    const name = /:stack\/([^/]+)/.exec(consumer)?.[1] ?? consumer;
    const gone = released.filter(({ kind }) => kind === 'reference').length;
    const changes = `${count(added.length, 'reference', 'references')} added, ${gone} released`;
    return [
      ...(added.length + gone === 0 ? [] : [`${name}: ${changes}`]),
      ...undecided.map(({ message }) => `${name}: could not be settled: ${message}`),
    ];
  });
}

export function failureLines(stacks: readonly AssemblyStack[], error: unknown): string[] {
  const names = stacks.map(({ path }) => path).join(', ');
  return [
    `warning: not published, and cannot be deployed: ${names}`,
    ...errorLines(error).map((line) => `  ${line}`),
  ];
}

export function errorLines(error: unknown): string[] {
  if (!isHoldfastError(error)) return [`error: ${error instanceof Error ? error.message : String(error)}`];
  return [`error: ${error.message}`, ...(error.hint === undefined ? [] : [`hint: ${error.hint}`])];
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
