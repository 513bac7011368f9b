import { HoldfastError } from '@holdfast/core';
import { checkStackId, type StackArn } from '../evidence/stack-arn.js';

/** What an event asks the tracker to do. */
export type Task =
  | { readonly kind: 'settle'; readonly stackId: string; readonly place: StackArn }
  | { readonly kind: 'reconcile'; readonly after?: string };

/**
 * What EventBridge's event means: `CloudFormation Stack Status Change` settles its stack, whatever the status; `Scheduled Event`
 * and an event of EventBridge Scheduler, which has the form that its schedule gives it, reconcile everything.
 * Throws `invalid-input` for any other.
 *
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events-list.html
 */
export function readEvent(event: unknown): Task {
  const { source, detail, 'detail-type': type } = record(event);
  if (source === 'aws.cloudformation' && type === 'CloudFormation Stack Status Change') {
    const stackId = record(detail)['stack-id'];
    if (typeof stackId !== 'string') {
      throw new HoldfastError('invalid-input', 'the event of a stack names no stack-id');
    }
    return { kind: 'settle', stackId, place: checkStackId(stackId) };
  }
  if (type === 'Scheduled Event' || (source === undefined && record(event)['holdfast'] === 'reconcile')) {
    const after = record(event)['after'];
    return { kind: 'reconcile', ...(typeof after === 'string' ? { after } : {}) };
  }
  throw new HoldfastError(
    'invalid-input',
    `the tracker does not know the event ${said(source)} ${said(type)}`,
    {
      hint: 'Send it stack status changes, scheduled events, or {"holdfast": "reconcile"}.',
    },
  );
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function said(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : 'without a name';
}
