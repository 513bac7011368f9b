import { succeed, type CdkProject } from './cdk-project.js';

/** The IDs that CloudFormation gave stacks, as the CDK printed them, by name. */
export class StackIds {
  readonly #ids = new Map<string, Set<string>>();

  /** Takes note of the stacks that a text names. Returns the text. */
  note(text: string): string {
    for (const [id, name = ''] of text.matchAll(
      /arn:aws:cloudformation:[^\s/]+:stack\/([^\s/]+)\/[0-9a-f-]+/g,
    ))
      this.#ids.set(name, (this.#ids.get(name) ?? new Set()).add(id));
    return text;
  }

  of(name: string): string[] {
    return [...(this.#ids.get(name) ?? [])];
  }
}

/**
 * What is held for the stacks of a name, such as `reference Shop/First/Code:2`: for the name alone, for the stack that has it, and for those
 * that had it.
 */
export async function heldFor(project: CdkProject, name: string, ids: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const consumer of [['--stack-name', name], ...ids.map((id) => ['--consumer', id])]) {
    const { references } = JSON.parse(
      await succeed(project.holdfast(['references', '--json', ...consumer])),
    ) as {
      references: { kind: string; version: { id: string; number: number } }[];
    };
    for (const { kind, version } of references) found.add(`${kind} ${version.id}:${version.number}`);
  }
  return [...found].toSorted();
}
