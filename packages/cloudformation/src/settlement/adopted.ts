import { createHash } from 'node:crypto';
import type { ReferenceRecord } from '@holdfast/core';
import type { ObjectName } from '../adopt/objects.js';
import { findTemplateObjects } from '../adopt/template-objects.js';
import { parseStackArn, type StackArn } from '../evidence/stack-arn.js';
import type { EvidenceText } from '../evidence/types.js';
import { asUse, type Use } from './uses.js';

/** A slot has no more room for a longer one. */
const MAX_LOCATION = 600;

/**
 * The slot of what was adopted from another bucket. Nothing in the template tells of the store; the slot says which object of the template
 * stands for the version.
 */
export function adoptedSlot(slot: string, object: ObjectName): string {
  return `${slot}${markOf(object)}`;
}

function markOf({ bucket, key }: ObjectName): string {
  const location = `s3://${bucket}/${key}`;
  const shown =
    location.length <= MAX_LOCATION
      ? location
      : `s3://${bucket}/#${createHash('sha256').update(key).digest('hex')}`;
  return ` (adopted from ${shown})`;
}

/** Of what a stack holds, what was adopted from objects that its texts still name, in whatever slot. */
export function stillAdopted(
  texts: readonly EvidenceText[],
  held: readonly ReferenceRecord[],
  parameters: ReadonlyMap<string, string>,
): Use[] {
  const adopted = held.filter(({ kind, slot }) => kind === 'reference' && slot.endsWith(')'));
  const [first] = adopted.filter(({ slot }) => slot.includes(' (adopted from s3://'));
  if (first === undefined) return [];
  const known = new Map([...pseudoParameters(parseStackArn(first.consumer), first.consumer), ...parameters]);
  const marks = texts
    .filter(({ kind }) => kind === 'template')
    .flatMap(({ text }) => findTemplateObjects(text, known).map(({ object }) => markOf(object)));
  return adopted.filter(({ slot }) => marks.some((mark) => slot.endsWith(mark))).map(asUse);
}

/** What CloudFormation itself puts into a template of that stack. */
export function pseudoParameters(arn: StackArn | undefined, stackId: string): Map<string, string> {
  if (arn === undefined) return new Map();
  return new Map([
    ['AWS::AccountId', arn.account],
    ['AWS::Region', arn.region],
    ['AWS::Partition', arn.partition],
    ['AWS::StackId', stackId],
    ['AWS::StackName', arn.name],
    ['AWS::URLSuffix', arn.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'],
  ]);
}
