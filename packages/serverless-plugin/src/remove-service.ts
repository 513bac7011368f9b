import { hasOwnBucket } from './deploy/move-service.js';
import { readDeployed } from './deploy/deployed.js';
import { historyConsumer, pruneHistory } from './history/deployments.js';
import { withHostErrors } from './host/errors.js';
import { findPlugin } from './host/find-plugin.js';
import type { Session } from './session.js';
import { settleService } from './settle.js';

/**
 * Keeps `remove` from emptying a bucket that is not the stack's alone. A stack that still has the host's own bucket gets it emptied, as
 * CloudFormation could not delete it otherwise.
 */
export function installRemove(session: Session): { afterRemove(): Promise<void> } {
  const { serverless, stackName } = session;
  const remove = findPlugin(serverless, 'remove');
  if (remove !== undefined) {
    const empty = remove.emptyS3Bucket.bind(remove);
    remove.emptyS3Bucket = () =>
      withHostErrors(serverless, async () => {
        const deployed = await readDeployed(await session.stackReader(), stackName);
        if (!hasOwnBucket(deployed)) return;
        const { provider } = serverless.service;
        const { deploymentBucket } = provider;
        delete provider.deploymentBucket;
        await empty();
        if (deploymentBucket !== undefined) provider.deploymentBucket = deploymentBucket;
      });
  }
  return {
    afterRemove: () =>
      withHostErrors(serverless, async () => {
        await settleService(session, []);
        if ((await readDeployed(await session.stackReader(), stackName)) !== undefined) return;
        const { repository = 'default' } = session.settings();
        const store = await session.store();
        await pruneHistory(store, historyConsumer(store, repository, stackName), { keep: 0 });
      }),
  };
}
