import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Environment } from '../assembly/types.js';

/*
 * The CDK's command runs the app in a process of its own, which publishes. It leaves on file what there is to settle afterwards.
 */

/** A stack that a deployment pinned something for. */
export interface RecordedStack {
  readonly stackName: string;
  readonly environment: Environment;
  /** What it was pinned under when it was published, if that was before this deployment. */
  readonly deployments?: readonly string[];
}

/** Names of variables that `holdfast-cdk deploy` sets for the `holdfast-cdk exec` below it. */
export const VARIABLES = {
  /** The app's command. */
  app: 'HOLDFAST_CDK_APP',
  /** What the pins are recorded under. Its presence makes any failure to publish fatal. */
  deployment: 'HOLDFAST_CDK_DEPLOYMENT',
  /** The file to record stacks in. */
  record: 'HOLDFAST_CDK_RECORD',
  /** The patterns of stacks, as JSON. */
  stacks: 'HOLDFAST_CDK_STACKS',
  /** `never`: nothing is published, and no store is asked; `unpinned`: nothing is going to be deployed, and so nothing is pinned. */
  publish: 'HOLDFAST_CDK_PUBLISH',
} as const;

/** Adds stacks to a record. The CDK may run the app several times. */
export function record(file: string, stacks: readonly RecordedStack[]): void {
  const all = [...readRecord(file), ...stacks];
  const distinct = new Map(all.map((stack) => [JSON.stringify(stack), stack]));
  writeFileSync(file, JSON.stringify([...distinct.values()]), { mode: 0o600 });
}

export function readRecord(file: string): RecordedStack[] {
  if (!existsSync(file)) return [];
  return JSON.parse(readFileSync(file, 'utf8')) as RecordedStack[];
}
