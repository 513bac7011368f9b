import type { ReferenceRecord, SettleRequest } from '@holdfast/core';

/** A slot that uses a version, as a settlement lists it. */
export type Use = SettleRequest['references'][number];

/** The slot of a stack's own template, where that is an artifact: pinned while a deployment reads it, and of no resource. No logical ID is like it. */
export const TEMPLATE_SLOT = '(template)';

/** Equal for two uses of one version in one slot. */
export function useKey({ slot, version }: Pick<Use, 'slot' | 'version'>): string {
  return JSON.stringify([slot, version.repository, version.id, version.number]);
}

/** Each use once. */
export function distinct(uses: Iterable<Use>): Use[] {
  const found = new Map<string, Use>();
  for (const use of uses) {
    const key = useKey(use);
    // A use that came through a bookmark says more than the same one without.
    if (use.bookmark !== undefined || !found.has(key)) found.set(key, use);
  }
  return [...found.values()];
}

/** What a consumer holds as a use to list. */
export function asUse({ slot, version, bookmark }: ReferenceRecord): Use {
  return { slot, version, ...(bookmark === undefined ? {} : { bookmark }) };
}

/** The logical ID that a slot begins with; inside of nested stacks with theirs before it. */
export function logicalIdOf(marked: string): string {
  // What stands in brackets after a slot is no part of it.
  const slot = marked.split(' (', 1)[0]!;
  const dot = slot.indexOf('.', slot.lastIndexOf('/') + 1);
  return dot < 0 ? slot : slot.slice(0, dot);
}

/**
 * Whether a slot is of that resource, or of anything in the nested stack that it is.
 *
 * Transforms give resources other names than the template: a loop fills in its variable, and SAM puts ten digits of a digest behind the
 * name of a layer. Both are taken for the resource: rather one too many is kept.
 */
export function isSlotOf(slot: string, logicalId: string): boolean {
  const named = logicalIdOf(slot);
  if (named === logicalId || named.startsWith(`${logicalId}/`)) return true;
  const last = named.slice(named.lastIndexOf('/') + 1);
  const resource = logicalId.slice(logicalId.lastIndexOf('/') + 1);
  const literals = last.split(/[$&]\{[^}]*\}/);
  if (literals.length > 1) return new RegExp(`^${literals.map(escaped).join('.*')}$`).test(resource);
  return logicalId.startsWith(named) && /^[0-9a-f]{10}$/.test(logicalId.slice(named.length));
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '\\$&');
}

/** Ends the slot of what a stack no longer has and the account still does. A mark of its own: CloudFormation forgets its events. */
const RETAINED = ' (retained)';

export function asRetained(use: ReferenceRecord): Use {
  return { ...asUse(use), slot: `${use.slot}${RETAINED}` };
}

export function isMarkedRetained({ kind, slot }: ReferenceRecord): boolean {
  return kind === 'reference' && slot.endsWith(RETAINED);
}
