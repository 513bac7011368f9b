import { HoldfastError } from '@holdfast/core';
import { checkStackId, type StackArn } from '../evidence/stack-arn.js';
import { functionConsumer, parseFunctionArn } from '../lambda/names.js';
import { CODE_CALLS, GO_ON, TRACKER_SOURCE } from './template.js';

/** What an event asks the tracker to do. */
export type Task =
  | { readonly kind: 'settle'; readonly stackId: string; readonly place: StackArn }
  | { readonly kind: 'settle-function'; readonly arn: string }
  | { readonly kind: 'reconcile'; readonly after?: string }
  /** The event tells of something that changed nothing. */
  | { readonly kind: 'nothing' };

type Fields = Readonly<Record<string, unknown>>;

/**
 * What EventBridge's event means: `CloudFormation Stack Status Change` settles its stack, whatever the status; a call of Lambda that
 * CloudTrail tells of settles its function; `Scheduled Event`, an event of EventBridge Scheduler, which has the form that its schedule
 * gives it, and the tracker's own event reconcile everything. Throws `invalid-input` for any other.
 *
 * Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events-list.html and
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function readEvent(event: unknown): Task {
  const fields = record(event);
  const { source, 'detail-type': type } = fields;
  const detail = record(fields['detail']);
  if (source === 'aws.cloudformation' && type === 'CloudFormation Stack Status Change') {
    const stackId = detail['stack-id'];
    if (typeof stackId !== 'string') {
      throw new HoldfastError('invalid-input', 'the event of a stack names no stack-id');
    }
    return { kind: 'settle', stackId, place: checkStackId(stackId) };
  }
  if (source === 'aws.lambda' && type === 'AWS API Call via CloudTrail') return readCall(fields, detail);
  if (source === TRACKER_SOURCE && type === GO_ON) return reconcile(detail['after']);
  if (type === 'Scheduled Event' || (source === undefined && fields['holdfast'] === 'reconcile'))
    return reconcile(fields['after']);
  throw new HoldfastError(
    'invalid-input',
    `the tracker does not know the event ${said(source)} ${said(type)}`,
    {
      hint: 'Send it stack status changes, calls of Lambda, scheduled events, or {"holdfast": "reconcile"}.',
    },
  );
}

function reconcile(after: unknown): Task {
  return { kind: 'reconcile', ...(typeof after === 'string' ? { after } : {}) };
}

/** The function of a call, by its ARN in the answer, else by the name or ARN in the request. */
function readCall({ account }: Fields, detail: Fields): Task {
  const name = detail['eventName'];
  const known = typeof name === 'string' && CODE_CALLS.some((prefix) => name.startsWith(prefix));
  if (!known || detail['errorCode'] !== undefined) return { kind: 'nothing' };
  const answered = record(detail['responseElements'])['functionArn'];
  const asked = record(detail['requestParameters'])['functionName'];
  const region = detail['awsRegion'];
  for (const text of [answered, asked]) {
    if (typeof text !== 'string') continue;
    if (parseFunctionArn(text) !== undefined) return { kind: 'settle-function', arn: functionConsumer(text) };
    // Also `<account>:function:<name>` names a function.
    const plain = /^(?:[0-9]{12}:(?:function:)?)?([A-Za-z0-9_-]{1,64})(?::[^:]+)?$/.exec(text)?.[1];
    if (plain === undefined || typeof region !== 'string' || typeof account !== 'string') continue;
    const arn = `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${plain}`;
    return { kind: 'settle-function', arn };
  }
  throw new HoldfastError('invalid-input', `the event of the call ${said(name)} names no function`);
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function record(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function said(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : 'without a name';
}
