import type { JournalLine, NotedVersion, RecordVersionInput, UploadNote } from '../ports/index.js';
import type { Digest } from '../arn/index.js';
import type { VersionRecord } from '../model.js';
import type { StoreContext } from './context.js';
import type { Prepared } from './prepare.js';
import type { PublishResult } from './types.js';

/**
 * What one publish notes beside the contents, so that the catalog can be rebuilt: a new content says itself what it was uploaded for,
 * which costs no request; what no content says goes into the journal, all of it with one.
 */
export class Noting {
  readonly #context: StoreContext;
  readonly #repository: string;
  readonly #said = new Map<Prepared, number>();
  readonly #places = new Map<Digest, string>();
  readonly #lines: JournalLine[] = [];

  constructor(context: StoreContext, repository: string) {
    this.#context = context;
    this.#repository = repository;
  }

  /** What the upload should say of itself. The number is a guess: whether it was right is known when the version is recorded. */
  ofUpload(item: Prepared, input: RecordVersionInput): UploadNote {
    const { catalog, journal } = this.#context.engine;
    const storedAs = (objectVersion: string): unknown => this.#places.set(item.digest, objectVersion);
    const number = catalog.nextNumber?.(this.#repository, input.id);
    if (journal === undefined || number === undefined) return { kept: () => undefined, storedAs };
    const { at, by, lease: _, repository: __, ...facts } = input;
    const version: NotedVersion = { kind: 'version', ...facts, number, publishedBy: by, publishedAt: at };
    return { version, kept: () => this.#said.set(item, number), storedAs };
  }

  /** The object version that an upload was stored as, for the catalog. */
  placeOf({ digest }: Prepared): { readonly objectVersion?: string } {
    const objectVersion = this.#places.get(digest);
    return objectVersion === undefined ? {} : { objectVersion };
  }

  recorded(item: Prepared, { outcome, version }: PublishResult): void {
    if (outcome === 'created' && this.#said.get(item) !== version.number) this.#lines.push(lineOf(version));
  }

  /** Never throws: the versions are published whether or not this succeeds. */
  async write(): Promise<void> {
    await noteLines(this.#context, this.#repository, this.#lines);
  }
}

function lineOf(version: VersionRecord): NotedVersion {
  const { id, number, digest, size, treeDigest, mediaType, labels, provenance, publishedBy, publishedAt } =
    version;
  return {
    ...{ kind: 'version', id, number, digest, size, mediaType, labels, provenance, publishedBy, publishedAt },
    ...(treeDigest === undefined ? {} : { treeDigest }),
  };
}

/** Notes what the catalog has already. A failure is told and changes nothing: it costs only what a rebuild would find. */
export async function noteLines(
  { engine, onEvent }: StoreContext,
  repository: string,
  lines: readonly JournalLine[],
): Promise<void> {
  if (engine.journal === undefined || lines.length === 0) return;
  try {
    await engine.journal.note(repository, lines);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    onEvent({
      type: 'warning',
      message: `done, but not noted beside the contents, so that a rebuild of the catalog would not find it: ${why}`,
    });
  }
}
