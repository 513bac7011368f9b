import type { ReferenceRecord } from '@holdfast/core';
import type { RetainedResource } from '../evidence/types.js';
import { asUse, isSlotOf, useKey, type Use } from './uses.js';

/** A use that a function has by itself, whatever becomes of the stack that made it. */
export interface FunctionUse {
  /** The function's ARN, without a qualifier. */
  readonly consumer: string;
  readonly use: Use;
  /** What leaves the stack. */
  readonly from: ReferenceRecord;
}

/**
 * What published versions of functions go on with, of what leaves a stack. Pure.
 *
 * A stack that publishes a version with each deployment (SAM's `AutoPublishAlias`, the Serverless Framework) takes the old one out and leaves it
 * in the account. CloudFormation does not say which code it has: of what its function had, anything that was recorded before counts. Settling the
 * function finds out, and lets the rest go.
 */
export function publishedUses(
  leaving: readonly ReferenceRecord[],
  retained: readonly RetainedResource[],
  mayConcern: (use: ReferenceRecord, at: string) => boolean,
): FunctionUse[] {
  const found = new Map<string, FunctionUse>();
  for (const { at, logicalId, published } of retained) {
    if (published === undefined) continue;
    const { function: consumer, number, functionId } = published;
    const nest = logicalId.slice(0, logicalId.lastIndexOf('/') + 1);
    for (const record of leaving) {
      const own = functionId === undefined ? record.slot.startsWith(nest) : isSlotOf(record.slot, functionId);
      if (!own || !mayConcern(record, at)) continue;
      const use = { ...asUse(record), slot: `${number}.Code` };
      found.set(`${consumer} ${useKey(use)}`, { consumer, use, from: record });
    }
  }
  return [...found.values()];
}
