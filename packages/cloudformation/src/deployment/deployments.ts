import { randomUUID } from 'node:crypto';
import type { ArtifactStore, PinRequest, StoreIdentity } from '@holdfast/core';
import { checkStackId } from '../evidence/stack-arn.js';
import { stackConsumer } from '../stack/consumer.js';

export interface BeginOptions {
  readonly store: Pick<ArtifactStore, 'identity' | 'pin'>;
  readonly stackName: string;
  readonly pins: PinRequest['pins'];
  /** Any text that names this deployment alone; a new random one when absent. Give the same one to repeat the call. */
  readonly deployment?: string;
  /** Where the stack will be; the store's own partition, region and account when absent. */
  readonly place?: StoreIdentity;
}

/** A deployment that has begun. Plain data: any process may bind and settle it. */
export interface Deployment {
  readonly deployment: string;
  /** The stack's ARN without the unique part that CloudFormation will give it. */
  readonly consumer: string;
}

/**
 * Pins what a deployment is about to use, before CloudFormation is asked for anything. Safe to repeat under one name.
 *
 * Throws `not-found` naming the versions that are not live, and `invalid-input`; then nothing is pinned.
 */
export async function beginDeployment(options: BeginOptions): Promise<Deployment> {
  const { store, stackName, pins } = options;
  const consumer = stackConsumer(options.place ?? store.identity, stackName);
  const deployment = options.deployment ?? randomUUID();
  if (pins.length > 0) await store.pin({ consumer, deployment, pins });
  return { deployment, consumer };
}

export interface BindOptions {
  readonly store: Pick<ArtifactStore, 'identity' | 'bindPins'>;
  readonly deployment: string;
  /** The ID in CloudFormation's answer to the call that created or updated the stack, or that made the change set. */
  readonly stackId: string;
}

/**
 * Says which stack a deployment went to. Safe to repeat.
 *
 * Call it after CloudFormation has answered, never before: the pins of a bound deployment go as soon as its stack is at rest
 * and no change set is pending, because then the deployment is over. Throws `invalid-input` for what is no stack ID.
 */
export async function bindDeployment({ store, deployment, stackId }: BindOptions): Promise<void> {
  const arn = checkStackId(stackId);
  const from = new Set([stackConsumer(arn, arn.name), stackConsumer(store.identity, arn.name)]);
  for (const consumer of from) await store.bindPins(consumer, deployment, stackId);
}
