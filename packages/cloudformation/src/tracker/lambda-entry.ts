import { openStore } from '@holdfast/core';
import { openCloudFormation } from '../evidence/client.js';
import { openLambda } from '../lambda/client.js';
import { sendGoOn } from './go-on.js';
import { createTracker, type Invocation, type TrackerHandler, type TrackerReport } from './tracker.js';

let tracker: Promise<TrackerHandler> | undefined;

async function open(): Promise<TrackerHandler> {
  const [store, cloudFormation, lambda] = await Promise.all([
    openStore(process.env['HOLDFAST_STORE'] ?? 'aws:', { by: 'holdfast-tracker' }),
    openCloudFormation(),
    openLambda(),
  ]);
  return createTracker({ store, cloudFormation, lambda, goOn: sendGoOn });
}

/** The handler of the tracker's Lambda function. Logs what it did. The store is `HOLDFAST_STORE`, or that of the function's account and region. */
export async function handler(event: unknown, invocation: Invocation): Promise<TrackerReport> {
  tracker ??= open();
  // What could not be opened is opened again by the next event.
  tracker.catch(() => (tracker = undefined));
  const report = await (await tracker)(event, invocation);
  // Nobody reads the answer to an event; the log has it.
  process.stdout.write(`${JSON.stringify(report)}\n`);
  return report;
}
