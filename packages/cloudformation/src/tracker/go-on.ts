import { HoldfastError } from '@holdfast/core';
import { translateFailure } from '../evidence/failures.js';
import { asking } from '../lambda/client.js';
import { GO_ON, TRACKER_SOURCE } from './template.js';

/** Tells the account's default event bus to have the tracker go on. Throws `access-denied` and `unavailable`. */
export async function sendGoOn(after: string): Promise<void> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const client = new EventBridgeClient(asking());
  try {
    const entry = { Source: TRACKER_SOURCE, DetailType: GO_ON, Detail: JSON.stringify({ after }) };
    const { FailedEntryCount: failed } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    if (failed !== undefined && failed > 0)
      throw new HoldfastError('unavailable', 'EventBridge did not take the event to go on');
  } catch (error) {
    throw translateFailure(error, 'have the tracker go on');
  } finally {
    client.destroy();
  }
}
