import type { BookmarkRecord, KeepReason, ReferenceRecord } from '@holdfast/core';
import { count, formatInstant } from './values.js';

export const USAGE_HEADER = ['kind', 'who', 'slot', 'deployment', 'since'] as const;

/** A reference or pin as a row under {@link USAGE_HEADER}. */
export function referenceRow(reference: ReferenceRecord): readonly string[] {
  const { kind, consumer, slot, deployment, bookmark, since } = reference;
  const through = bookmark === undefined ? '' : ` (through ${bookmark})`;
  return [kind, consumer, `${slot}${through}`, deployment, formatInstant(since)];
}

/** A bookmark as a row under {@link USAGE_HEADER}. */
export function bookmarkRow(bookmark: BookmarkRecord): readonly string[] {
  return [
    'bookmark',
    `${bookmark.id}:${bookmark.name}`,
    '',
    `moved by ${bookmark.movedBy}`,
    formatInstant(bookmark.movedAt),
  ];
}

/** One reason why a version is kept, as a row under {@link USAGE_HEADER}. */
export function reasonRow(reason: KeepReason): readonly string[] {
  switch (reason.kind) {
    case 'reference':
    case 'pin':
      return referenceRow(reason.reference);
    case 'bookmark':
      return bookmarkRow(reason.bookmark);
    case 'replica': {
      const { region, users, doubt } = reason;
      const what =
        doubt === undefined ? count(users.length, 'use') + ' there' : `which gave no answer: ${doubt}`;
      return ['replica', region, '', what, ''];
    }
    case 'rollback': {
      const { consumer, slot, rank, releasedAt } = reason.former;
      const what = `${consumer}, which can go back ${count(rank, 'version')}`;
      return ['rollback', what, slot, '', `released ${formatInstant(releasedAt)}`];
    }
    case 'lifecycle':
      return ['lifecycle', reason.text];
    case 'not-deleted':
      return ['rule', 'nobody asked for its deletion'];
    case 'recovery-window':
      return ['rule', `deleted, and can be restored until ${formatInstant(reason.until)}`];
  }
}
