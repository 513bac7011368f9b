import { templateError } from '../problems.js';
import { readTemplate } from '../source/template-source.js';
import { toData, type PlainData } from '../source/to-data.js';
import { readReferences, type TemplateReference } from '../stack/read-references.js';

export interface TemplateText {
  readonly text: string;
  /** How messages name it. */
  readonly file: string;
}

/** A slot whose version is another one in the new template. */
export interface ArtifactChange {
  readonly slot: string;
  /** The part of the slot before its first dot. */
  readonly logicalId: string;
  /** Absent outside of resources and inside of nested templates. */
  readonly resourceType?: string;
  /** The version's ARN; absent where the slot is new. */
  readonly from?: string;
  /** The version's ARN; absent where the slot is gone. */
  readonly to?: string;
  /** The ARN of the bookmark that the new version came through. */
  readonly bookmark?: string;
  /** What CloudFormation does to the resource for all that changed of it; absent where the type is absent. */
  readonly impact?: Impact;
}

export type Impact = 'create' | 'update' | 'replace' | 'may-replace' | 'destroy' | 'orphan' | 'none';

export interface TemplateDiff {
  /** In the order of slots. */
  readonly changes: readonly ArtifactChange[];
  readonly references: {
    /** Versions that only the new template uses, with every slot. */
    readonly gained: readonly TemplateReference[];
    /** Versions that only the old template uses, with every slot. */
    readonly lost: readonly TemplateReference[];
    /** How many slots use the same version in both. */
    readonly kept: number;
  };
}

/**
 * Compares what two packaged templates use: by their stamps, and with CloudFormation's own rules for what an update does.
 *
 * Throws `invalid-input` with all problems when one of them is no template.
 */
export async function diffTemplates(before: TemplateText, after: TemplateText): Promise<TemplateDiff> {
  const old = readUses(before);
  const now = readUses(after);
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
    (slot) => old.get(slot)?.version !== now.get(slot)?.version,
  );
  const resources: Impacts = changed.length === 0 ? new Map() : await readImpacts(before, after);
  const changes = changed.toSorted().map((slot): ArtifactChange => {
    const logicalId = slot.slice(0, slot.indexOf('.'));
    const [from, to] = [old.get(slot), now.get(slot)];
    return {
      slot,
      logicalId,
      ...resources.get(logicalId),
      ...(from === undefined ? {} : { from: from.version }),
      ...(to === undefined ? {} : { to: to.version }),
      ...(to?.bookmark === undefined ? {} : { bookmark: to.bookmark }),
    };
  });
  return { changes, references: compareReferences([...old.values()], [...now.values()]) };
}

function readUses({ text, file }: TemplateText): Map<string, TemplateReference> {
  return new Map(readReferences(text, { file }).map((reference) => [reference.slot, reference]));
}

function compareReferences(
  old: readonly TemplateReference[],
  now: readonly TemplateReference[],
): TemplateDiff['references'] {
  const versionsOf = (references: readonly TemplateReference[]): ReadonlySet<string> =>
    new Set(references.map(({ version }) => version));
  const [before, after] = [versionsOf(old), versionsOf(now)];
  const slots = new Set(old.map(({ slot, version }) => `${slot} ${version}`));
  return {
    gained: now.filter(({ version }) => !before.has(version)),
    lost: old.filter(({ version }) => !after.has(version)),
    kept: now.filter(({ slot, version }) => slots.has(`${slot} ${version}`)).length,
  };
}

type Impacts = ReadonlyMap<string, Required<Pick<ArtifactChange, 'resourceType' | 'impact'>>>;

/** The type of every resource, and what an update does to it. */
async function readImpacts(before: TemplateText, after: TemplateText): Promise<Impacts> {
  const [old, now] = [readData(before), readData(after)];
  // Loads the whole specification of resources, which nothing else here needs.
  const { fullDiff } = await import('@aws-cdk/cloudformation-diff');
  const { resources } = fullDiff(old, now);
  const found = new Map<string, Required<Pick<ArtifactChange, 'resourceType' | 'impact'>>>();
  for (const template of [old, now]) {
    for (const [logicalId, resource] of Object.entries(template['Resources'] ?? {})) {
      const resourceType = (resource as Record<string, PlainData> | null)?.['Type'];
      if (typeof resourceType !== 'string') continue;
      const impact = IMPACTS[resources.changes[logicalId]?.changeImpact ?? ''] ?? 'none';
      // What a serverless resource becomes is decided by its transform: the specification's "replace" is not about that.
      const guessed = resourceType.startsWith('AWS::Serverless::') && impact.endsWith('replace');
      found.set(logicalId, { resourceType, impact: guessed ? 'update' : impact });
    }
  }
  return found;
}

const IMPACTS: Readonly<Record<string, Impact>> = {
  WILL_CREATE: 'create',
  WILL_IMPORT: 'create',
  WILL_UPDATE: 'update',
  WILL_REPLACE: 'replace',
  MAY_REPLACE: 'may-replace',
  WILL_DESTROY: 'destroy',
  WILL_ORPHAN: 'orphan',
  NO_CHANGE: 'none',
};

function readData({ text, file }: TemplateText): Record<string, PlainData> {
  const read = readTemplate(text, file);
  if ('problems' in read) throw templateError(read.problems);
  return toData(read.source.root, file) as Record<string, PlainData>;
}
