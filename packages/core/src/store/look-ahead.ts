import type { FoundVersion } from '../ports/index.js';

/**
 * The artifacts of a publish in several batches, such as a stack's files and the template that says where they lie: with the first look of
 * all, what each has newest is read for later batches, too, where an engine can see it by the way.
 */
export class LookAhead {
  readonly #wanted = new Map<string, Set<string>>();
  readonly #newest = new Map<string, FoundVersion>();

  /** @param artifacts what later batches publish to */
  constructor(artifacts: readonly { readonly repository: string; readonly id: string }[]) {
    for (const { repository, id } of artifacts)
      this.#wanted.set(repository, (this.#wanted.get(repository) ?? new Set()).add(id));
  }

  /** The IDs that nobody has looked at yet; from now on somebody has. */
  take(repository: string): string[] {
    const ids = [...(this.#wanted.get(repository) ?? [])];
    this.#wanted.delete(repository);
    return ids;
  }

  note(
    { repository, id }: { readonly repository: string; readonly id: string },
    version: FoundVersion,
  ): void {
    this.#newest.set(JSON.stringify([repository, id]), version);
  }

  /** What the artifact had newest, if somebody has looked. */
  newestOf(repository: string, id: string): FoundVersion | undefined {
    return this.#newest.get(JSON.stringify([repository, id]));
  }
}
