import type { CreateStackInput, UpdateStackInput } from '@aws-sdk/client-cloudformation';
import type { ClientSettings } from '../evidence/client.js';
import { asking } from '../lambda/client.js';

/** The calls that deploy the tracker's stack. */
export interface StackChanges {
  createStack(input: CreateStackInput): Promise<{ readonly StackId?: string | undefined }>;
  updateStack(input: UpdateStackInput): Promise<{ readonly StackId?: string | undefined }>;
  close(): void;
}

/** Loads the SDK and opens a client. The settings are the SDK's own, from the environment where they are absent. */
export async function openStackChanges(settings: ClientSettings = {}): Promise<StackChanges> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const client = new sdk.CloudFormationClient({ ...asking(), ...settings });
  return {
    createStack: (input) => client.send(new sdk.CreateStackCommand(input)),
    updateStack: (input) => client.send(new sdk.UpdateStackCommand(input)),
    close: () => client.destroy(),
  };
}
