import type { PackagedTemplate, StackOutcome } from '@holdfast/cloudformation';
import type { SamHost } from './host.js';

/** Tells people on standard error: standard output is sam's. */
export function tell({ stderr }: Pick<SamHost, 'stderr'>, text: string): void {
  stderr.write(`holdfast: ${text}\n`);
}

/** `5 artifacts, 2 of them new; pinned for payments`. */
export function packagedLine({ artifacts }: Pick<PackagedTemplate, 'artifacts'>, stackName: string): string {
  if (artifacts.length === 0) return `the template of ${stackName} names no artifacts`;
  const versions = new Map(artifacts.map(({ version, outcome }) => [version.arn, outcome]));
  const fresh = [...versions.values()].filter((outcome) => outcome === 'created').length;
  const news = fresh === 0 ? 'none of them new' : `${fresh} of them new`;
  return `${count(versions.size, 'artifact')}, ${news}; pinned for ${stackName}`;
}

/** What settling did, as lines: one for each stack, and what somebody should know. */
export function settledLines(outcomes: readonly StackOutcome[]): string[] {
  return outcomes.flatMap(({ consumer, result, status, added, released, undecided, notes }) => {
    const [, name = consumer, , unique] = /:stack\/([^/]+)(\/(.+))?$/.exec(consumer) ?? [];
    // What is held for the name alone is told only where something is left to do about it.
    if (unique === undefined && result !== 'undecided') return [];
    const was = status === undefined ? name : `${name} is ${status}`;
    const references = released.filter(({ kind }) => kind === 'reference').length;
    const changes = `${count(added.length, 'reference')} added, ${references} released`;
    return [
      ...(result === 'undecided'
        ? []
        : [`${was}; ${result === 'settled' ? changes : 'references as before'}`]),
      ...undecided.map(({ message }) => `${was}; kept, because it could not be decided: ${message}`),
      ...notes.map((note) => `${name}: ${note}`),
    ];
  });
}

/** Whether the references of a stack could not be registered. */
export function isUndecided(outcomes: readonly StackOutcome[]): boolean {
  return outcomes.some(({ result }) => result === 'undecided');
}

function count(number: number, of: string): string {
  return `${number} ${of}${number === 1 ? '' : 's'}`;
}
