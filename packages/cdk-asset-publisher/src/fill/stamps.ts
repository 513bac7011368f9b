import { STAMP } from '@holdfast/cloudformation';
import { mapAt, type JsonMap, type Template } from '../assembly/types.js';

/** One use as the stamps of a template say it. */
export interface Stamped {
  /** On a resource: the property; on the template: the slot. */
  readonly slot: string;
  readonly version: string;
  readonly bookmark?: string;
}

/** The resource with a stamp for each property that uses an artifact. */
export function stampResource(resource: JsonMap, uses: readonly Stamped[]): JsonMap {
  if (uses.length === 0) return resource;
  const metadata = mapAt(resource, 'Metadata') ?? {};
  return { ...resource, Metadata: { ...metadata, [STAMP]: stampsOf(uses) } };
}

/** The template with the list of everything that its stack uses. */
export function stampTemplate(template: Template, uses: readonly Stamped[]): Template {
  if (uses.length === 0) return template;
  const metadata = mapAt(template, 'Metadata') ?? {};
  return { ...template, Metadata: { ...metadata, [STAMP]: { Artifacts: stampsOf(uses) } } };
}

function stampsOf(uses: readonly Stamped[]): JsonMap {
  return Object.fromEntries(
    uses.map(({ slot, version, bookmark }) => [
      slot,
      { Version: version, ...(bookmark === undefined ? {} : { Bookmark: bookmark }) },
    ]),
  );
}
