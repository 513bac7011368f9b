import type { Digest } from '../arn/index.js';
import type { Instant, Provenance } from '../model.js';

/** What can never change of a version, in the words of the catalog. */
export interface NotedVersion {
  readonly kind: 'version';
  readonly id: string;
  readonly number: number;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly treeDigest?: string;
  readonly mediaType: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly provenance: Provenance;
  readonly publishedBy: string;
  readonly publishedAt: Instant;
}

/** One fact of a repository: a version came into being, was removed for good, or a bookmark was moved. */
export type JournalLine =
  | NotedVersion
  | { readonly kind: 'deleted'; readonly id: string; readonly number: number }
  | {
      readonly kind: 'bookmark';
      readonly id: string;
      readonly name: string;
      /** Absent when it was deleted. */
      readonly number?: number;
      readonly at: Instant;
      readonly by: string;
    };

/**
 * A line, and where it was found: in the journal, where it was written after the catalog had it, or with the content, where it was written
 * before: then the version may have got another number, or none.
 */
export interface JournalEntry {
  readonly line: JournalLine;
  readonly source: 'journal' | 'upload';
}

/** What lies beside the contents so that the catalog can be rebuilt from it (docs/decisions/0009-rebuild-from-journal.md). */
export interface Journal {
  /** Notes lines for good. */
  note(repository: string, lines: readonly JournalLine[]): Promise<void>;
  /** Everything that was noted, and what contents say of themselves; the journal's lines in the order of their time. */
  read(repository: string): AsyncIterable<JournalEntry>;
  /** Repositories that have contents or a journal in the store's own place. */
  repositories(): Promise<readonly string[]>;
}
