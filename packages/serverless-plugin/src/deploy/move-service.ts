import { randomUUID } from 'node:crypto';
import type { CloudFormationTemplate, DeployPlugin } from '../host/types.js';
import { readFingerprint } from '../template/fingerprint.js';
import { historyIds } from '../history/deployments.js';
import type { Session } from '../session.js';
import { BUCKET_ID, BUCKET_POLICY_ID, type DeployedStack } from './deployed.js';

/** How CloudFormation's own tools tell a resource that stays when its stack lets it go. */
const RETAIN = 'Retain';

/** Whether the stack still has the host's own deployment bucket. */
export function hasOwnBucket(deployed: DeployedStack | undefined): boolean {
  return deployed?.template?.Resources[BUCKET_ID] !== undefined;
}

/** Whether the next deployment is the first with Holdfast, or the first again. */
export function isFirstDeployment({ template }: DeployedStack): boolean {
  return template !== undefined && readFingerprint(template) === undefined;
}

/**
 * Prepares a stack for its first deployment with Holdfast. Takes the code that its functions and layers run into the repository, and
 * makes the old bucket stay when the stack lets it go: it is not empty, so that CloudFormation could not delete it, and functions that
 * run from it need it until they have their new code.
 *
 * What cannot be taken over is told, and stays where it is, in the old bucket.
 */
export async function prepareMove(
  session: Session,
  deploy: DeployPlugin,
  deployed: DeployedStack,
): Promise<void> {
  await adoptCode(session);
  const retained = withRetainedBucket(deployed.template!);
  if (retained === undefined) return;
  const location = await publishTemplate(session, retained);
  const { CloudFormationClient, UpdateStackCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient({ region: session.settings().region, maxAttempts: 8 });
  const templateUrl = `https://s3.${location.region}.amazonaws.com/${location.bucket}/${location.key}`;
  const params = deploy.getUpdateStackParams({ templateUrl }) as { StackName: string };
  const { StackId } = await client.send(
    new UpdateStackCommand({ ...params, ClientRequestToken: randomUUID() }),
  );
  client.destroy();
  await deploy.monitorStack('update', { StackId });
  session.output.log?.notice(
    'Holdfast: the deployment bucket of this stack stays in the account, and the stack lets it go. docs/serverless.md says when it may be deleted.',
  );
}

/** Undefined when the bucket stays anyway. CloudFormation takes a policy of retention only together with another change. */
export function withRetainedBucket(template: CloudFormationTemplate): CloudFormationTemplate | undefined {
  const resources = { ...template.Resources };
  let changed = false;
  for (const id of [BUCKET_ID, BUCKET_POLICY_ID]) {
    const resource = resources[id];
    if (resource === undefined || resource.DeletionPolicy === RETAIN) continue;
    const Metadata = { ...resource.Metadata, HoldfastServerless: { Retained: 'The stack lets it go' } };
    resources[id] = { ...resource, DeletionPolicy: RETAIN, UpdateReplacePolicy: RETAIN, Metadata };
    changed = true;
  }
  return changed ? { ...template, Resources: resources } : undefined;
}

async function adoptCode(session: Session): Promise<void> {
  const { adopt, openObjects } = await import('@holdfast/cloudformation');
  const [store, lambda, cloudFormation] = await Promise.all([
    session.store(),
    session.lambda(),
    session.cloudFormation(),
  ]);
  const { repository, region } = session.settings();
  const objects = await openObjects({ region });
  try {
    const scope = repository === undefined ? {} : { repository };
    const context = { store, lambda, cloudFormation, objects, tool: 'serverless', ...scope };
    const stack = (await cloudFormation.describeStacks({ StackName: session.stackName })).Stacks?.[0]
      ?.StackId;
    const { adopted, failures } = await adopt(context, stack ?? session.stackName);
    session.output.log?.notice(`Holdfast: took in ${adopted.length} codes that the stack runs`);
    for (const { message } of failures) session.output.log?.warning(`Holdfast: ${message}`);
  } finally {
    objects.close();
  }
}

async function publishTemplate(session: Session, template: CloudFormationTemplate) {
  const store = await session.store();
  const { repository } = session.settings();
  const { version } = await store.publish({
    id: historyIds(session.stackName).template,
    source: { kind: 'bytes', bytes: Buffer.from(JSON.stringify(template)) },
    mediaType: 'application/json',
    ...(repository === undefined ? {} : { repository }),
  });
  return store.locate(version);
}
