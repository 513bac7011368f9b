import { readFileSync } from 'node:fs';
import { HoldfastError, quote } from '@holdfast/core';
import type { StackPlan } from './types.js';

/** The plan's file of a stack, by the artifact ID that the stack has in its assembly. */
export function planFile(artifactId: string): string {
  return `${artifactId}.artifacts.json`;
}

/** Reads a plan; undefined when there is none. Throws `invalid-input` for one that this release cannot read. */
export function readPlan(file: string): StackPlan | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new HoldfastError('unavailable', `${quote(file)} could not be read`, { cause });
  }
  const plan = parse(text, file);
  if ((plan.version as number) !== 1 || !Array.isArray(plan.assets)) {
    throw new HoldfastError('invalid-input', `${quote(file)} was written by another release of Holdfast`, {
      hint: 'Synthesize the app again with the release that publishes it.',
    });
  }
  return plan;
}

export function planText(plan: StackPlan): string {
  return `${JSON.stringify(plan, undefined, 1)}\n`;
}

function parse(text: string, file: string): StackPlan {
  try {
    return JSON.parse(text) as StackPlan;
  } catch (cause) {
    throw new HoldfastError('invalid-input', `${quote(file)} is no valid JSON`, { cause });
  }
}
