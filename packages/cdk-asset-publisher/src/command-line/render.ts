import type { StackOutcome } from '@holdfast/cloudformation';
import { isHoldfastError } from '@holdfast/core';
import type { AssemblyStack } from '../assembly/read-assembly.js';
import type { CdkReport } from '../deploy/run-cdk.js';
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
    const name = nameOf(consumer);
    const gone = released.filter(({ kind }) => kind === 'reference').length;
    const changes = `${count(added.length, 'reference', 'references')} added, ${gone} released`;
    return [
      ...(added.length + gone === 0 ? [] : [`${name}: ${changes}`]),
      ...undecided.map(({ message }) => `${name}: could not be settled: ${message}`),
    ];
  });
}

/** What became of the references of a run, and what is left to do. */
export function reportLines({ settled, interrupted, deployment }: CdkReport): string[] {
  const open = settled.filter(({ result }) => result === 'undecided').map(({ consumer }) => nameOf(consumer));
  const settle = (names: readonly string[]): string[] =>
    [...new Set(names)].map((name) => {
      const option = deployment === undefined ? '' : ` --deployment ${deployment}`;
      return `  holdfast stack settle --stack-name ${name}${option}`;
    });
  return [
    ...settledLines(settled),
    ...(interrupted && deployment !== undefined
      ? [
          'Interrupted: what this deployment uses stays pinned. Once CloudFormation is done:',
          ...settle(settled.map(({ consumer }) => nameOf(consumer))),
        ]
      : open.length === 0
        ? []
        : ['Everything that may be in use stays pinned. Once the reason is gone:', ...settle(open)]),
  ];
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

function nameOf(consumer: string): string {
  return /:stack\/([^/]+)/.exec(consumer)?.[1] ?? consumer;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
