import type { CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';
import { HoldfastError, type StoreIdentity } from '@holdfast/core';
import { asking } from '../lambda/client.js';
import type { CloudFormationApi } from './api.js';

/** What both clients take. */
export type ClientSettings = Pick<
  CloudFormationClientConfig,
  'region' | 'endpoint' | 'credentials' | 'maxAttempts'
>;

export interface CloudFormationSettings extends ClientSettings {
  /** Whose credentials these are and which region is asked, where that has been found out already. */
  readonly place?: StoreIdentity;
}

/**
 * Loads the SDK and opens a client. The settings are the SDK's own, from the environment where they are absent.
 *
 * Every call is given up after 30 seconds and tried again a bounded number of times. The SDK's adaptive mode slows all calls
 * of a client down together when CloudFormation throttles one of them.
 */
export async function openCloudFormation({
  place: known,
  ...settings
}: CloudFormationSettings = {}): Promise<CloudFormationApi> {
  const [sdk, sts] = await Promise.all([
    import('@aws-sdk/client-cloudformation'),
    import('@aws-sdk/client-sts'),
  ]);
  const config = { ...asking(), ...settings };
  const client = new sdk.CloudFormationClient(config);
  const identity = new sts.STSClient(config);
  const findPlace = async (): Promise<StoreIdentity> => {
    const { Account: account, Arn: arn } = await identity.send(new sts.GetCallerIdentityCommand({}));
    const partition = arn?.split(':')[1];
    if (account === undefined || partition === undefined) {
      throw new HoldfastError('unavailable', 'AWS did not say whose credentials these are');
    }
    return { partition, account, region: await client.config.region() };
  };
  let place = known === undefined ? undefined : Promise.resolve(known);
  return {
    place() {
      place ??= findPlace();
      // A failure is not remembered: the next call asks again.
      place.catch(() => (place = undefined));
      return place;
    },
    describeStacks: (input) => client.send(new sdk.DescribeStacksCommand(input)),
    listStacks: (input) => client.send(new sdk.ListStacksCommand(input)),
    getTemplate: (input) => client.send(new sdk.GetTemplateCommand(input)),
    listChangeSets: (input) => client.send(new sdk.ListChangeSetsCommand(input)),
    describeChangeSet: (input) => client.send(new sdk.DescribeChangeSetCommand(input)),
    listStackResources: (input) => client.send(new sdk.ListStackResourcesCommand(input)),
    describeStackEvents: (input) => client.send(new sdk.DescribeStackEventsCommand(input)),
    listStackRefactors: (input) => client.send(new sdk.ListStackRefactorsCommand(input)),
    listStackRefactorActions: (input) => client.send(new sdk.ListStackRefactorActionsCommand(input)),
    describeStackRefactor: (input) => client.send(new sdk.DescribeStackRefactorCommand(input)),
    close() {
      client.destroy();
      identity.destroy();
    },
  };
}
