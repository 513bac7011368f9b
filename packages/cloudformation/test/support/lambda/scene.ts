import { randomUUID } from 'node:crypto';
import { openStore, type ArtifactStore, type Version } from '@holdfast/core';
import type { CloudFormationApi } from '../../../src/evidence/api.js';
import { PLACE, type FakeLambda } from './fake-lambda.js';

/** A store of the place that the fakes are in, with a bucket that contents are said to lie in. */
export function openScene(options: { clock?: () => Date } = {}): Promise<ArtifactStore> {
  return openStore(`memory:${randomUUID()}`, {
    identity: PLACE,
    bucket: 'bucket',
    by: 'anna',
    cache: false,
    ...options,
  });
}

/** Publishes bytes, and puts them where `locate` says that they lie. */
export async function publishTo(
  store: ArtifactStore,
  lambda: FakeLambda,
  id: string,
  zip: Buffer,
  commit?: string,
): Promise<Version> {
  const { version } = await store.publish({
    id,
    source: { kind: 'bytes', bytes: zip },
    provenance: commit === undefined ? {} : { commit },
  });
  const { bucket, key } = await store.locate(version);
  lambda.objects.set(`${bucket}/${key}`, zip);
  return version;
}

/** A CloudFormation that knows these stacks and no other. */
export function fakeStacks(
  stacks: Readonly<
    Record<
      string,
      { template: string; resources: readonly { type: string; logicalId: string; id: string }[] }
    >
  > = {},
): CloudFormationApi {
  const idOf = (name: string): string =>
    `arn:aws:cloudformation:eu-west-1:123456789012:stack/${name}/11111111-2222-3333-4444-555555555555`;
  const find = (text: string | undefined) =>
    Object.entries(stacks).find(([name]) => name === text || idOf(name) === text);
  const missing = (): never => {
    throw Object.assign(new Error('Stack does not exist'), { name: 'ValidationError' });
  };
  const api: Partial<CloudFormationApi> = {
    place: () => Promise.resolve(PLACE),
    describeStacks: async ({ StackName }) => {
      const [name] = (await Promise.resolve(find(StackName))) ?? missing();
      const CreationTime = new Date(0);
      return {
        Stacks: [{ StackId: idOf(name), StackName: name, StackStatus: 'CREATE_COMPLETE', CreationTime }],
      };
    },
    listStackResources: async ({ StackName }) => {
      const [, { resources }] = (await Promise.resolve(find(StackName))) ?? missing();
      return {
        StackResourceSummaries: resources.map(({ type, logicalId, id }) => ({
          ResourceType: type,
          LogicalResourceId: logicalId,
          PhysicalResourceId: id,
          LastUpdatedTimestamp: new Date(0),
          ResourceStatus: 'CREATE_COMPLETE',
        })),
      };
    },
    getTemplate: async ({ StackName }) => {
      const [, { template }] = (await Promise.resolve(find(StackName))) ?? missing();
      return { TemplateBody: template, StagesAvailable: ['Original'] };
    },
    listChangeSets: () => Promise.resolve({ Summaries: [] }),
    describeStackEvents: () => Promise.resolve({ StackEvents: [] }),
    listStackRefactors: () => Promise.resolve({ StackRefactorSummaries: [] }),
    listStacks: () => Promise.resolve({ StackSummaries: [] }),
    close: () => undefined,
  };
  return api as CloudFormationApi;
}
