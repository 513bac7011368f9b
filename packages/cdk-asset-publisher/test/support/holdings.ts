import { succeed, type CdkProject } from './cdk-project.js';

/**
 * What is held for the stacks of a name, such as `reference Shop/First/Code:2`: for the name alone, for the stack that has it, and for those
 * that had it.
 */
export async function heldFor(project: CdkProject, name: string): Promise<string[]> {
  const { references } = JSON.parse(
    await succeed(project.holdfast(['references', '--json', '--stack-name', name])),
  ) as {
    references: { kind: string; version: { id: string; number: number } }[];
  };
  return [
    ...new Set(references.map(({ kind, version }) => `${kind} ${version.id}:${version.number}`)),
  ].toSorted();
}
