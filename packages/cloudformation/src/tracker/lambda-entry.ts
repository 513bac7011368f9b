import { openStore } from '@holdfast/core';
import { openCloudFormation } from '../evidence/client.js';
import { openLambda } from '../lambda/client.js';
import { createTracker, type Invocation, type TrackerHandler, type TrackerReport } from './tracker.js';

let tracker: Promise<TrackerHandler> | undefined;

async function open(): Promise<TrackerHandler> {
  const [store, cloudFormation, lambda] = await Promise.all([
    openStore(process.env['HOLDFAST_STORE'] ?? 'aws:', { by: 'holdfast-tracker' }),
    openCloudFormation(),
    openLambda(),
  ]);
  return createTracker({ store, cloudFormation, lambda });
}

/** The handler of the tracker's Lambda function. The store is `HOLDFAST_STORE`, or that of the function's account and region. */
export async function handler(event: unknown, invocation: Invocation): Promise<TrackerReport> {
  tracker ??= open();
  // What could not be opened is opened again by the next event.
  tracker.catch(() => (tracker = undefined));
  return (await tracker)(event, invocation);
}
