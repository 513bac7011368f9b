import { historyConsumer, pruneHistory } from '../history/deployments.js';
import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import type { DeployPlugin } from '../host/types.js';
import type { Session } from '../session.js';
import { bindingMonitor, settleService } from '../settle.js';
import { placeTemplate } from '../template/placement.js';
import { isUnchanged, packagedFingerprint } from './check.js';
import { readDeployed, succeeded, type DeployedStack } from './deployed.js';
import { hasOwnBucket, prepareMove } from './move-service.js';
import { prepareDeployment, publishedZip, type Prepared } from './publish.js';

/** The deployment of this run, and what its steps found out. */
export interface ServiceDeployment {
  /** After the host has updated the stack, or found that there is nothing to update. */
  afterUpdate(): Promise<void>;
  /** After anything failed. Never throws. */
  afterFailure(): Promise<void>;
}

/** Puts Holdfast's steps in the place of those of the host's that work with its deployment bucket. */
export function installDeploy(session: Session): ServiceDeployment {
  const { serverless } = session;
  const deploy = findPlugin(serverless, 'deploy');
  const run: Run = {};
  if (deploy === undefined) return { afterUpdate: absent, afterFailure: absent };
  const steps = stepsOf(session, deploy, run);
  const guarded = <Args extends unknown[], T>(step: (...args: Args) => Promise<T>) => {
    return (...args: Args): Promise<T> => withHostErrors(serverless, () => step(...args));
  };
  deploy.ensureValidBucketExists = steps.ensureValidBucketExists;
  deploy.checkForChanges = guarded(steps.checkForChanges);
  deploy.uploadCloudFormationFile = guarded(steps.uploadCloudFormationFile);
  // It is published together with the template.
  deploy.uploadStateFile = () => Promise.resolve();
  deploy.uploadZipFile = guarded(steps.uploadZipFile);
  deploy.cleanupS3Bucket = guarded(steps.cleanupS3Bucket);
  deploy.monitorStack = bindingMonitor(
    session,
    deploy.monitorStack.bind(deploy),
    () => run.prepared?.deployment,
  );
  return {
    afterUpdate: guarded(async () => {
      if (serverless.service.provider.shouldNotDeploy === true) return healPins(session, run);
      if (run.prepared !== undefined) await settleService(session, [run.prepared.deployment]);
      run.settled = true;
    }),
    async afterFailure() {
      if (run.prepared === undefined || run.settled === true) return;
      try {
        await settleService(session, [run.prepared.deployment]);
      } catch (error) {
        session.output.log?.warning(`Holdfast: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

const absent = (): Promise<void> => Promise.resolve();

interface Run {
  fingerprint?: string;
  deployed?: DeployedStack;
  prepared?: Prepared;
  settled?: boolean;
}

interface Steps {
  readonly ensureValidBucketExists: () => Promise<void>;
  readonly checkForChanges: () => Promise<void>;
  readonly uploadCloudFormationFile: () => Promise<void>;
  readonly uploadZipFile: DeployPlugin['uploadZipFile'];
  readonly cleanupS3Bucket: () => Promise<void>;
}

function stepsOf(session: Session, deploy: DeployPlugin, run: Run): Steps {
  const { serverless, stackName } = session;
  return {
    // The bucket is the repository's, which is found when something is published.
    ensureValidBucketExists: absent,

    async checkForChanges(): Promise<void> {
      const { provider } = serverless.service;
      provider.shouldNotDeploy = false;
      run.fingerprint = await packagedFingerprint(session);
      if (deploy.createLater !== true) {
        const deployed = await readDeployed(await session.stackReader(), stackName);
        if (deployed !== undefined) run.deployed = deployed;
        const { force } = (deploy as { options?: { force?: unknown } }).options ?? {};
        if (force !== true && isUnchanged(deployed, run.fingerprint)) {
          provider.shouldNotDeploy = true;
          return;
        }
      }
      await deploy.checkLogGroupSubscriptionFilterResourceLimitExceeded?.();
    },

    async uploadCloudFormationFile(): Promise<void> {
      if (run.deployed !== undefined && hasOwnBucket(run.deployed)) {
        await prepareMove(session, deploy, run.deployed);
      }
      const { service } = serverless;
      run.prepared = await prepareDeployment(
        session,
        run.fingerprint ?? (await packagedFingerprint(session)),
      );
      placeTemplate(deploy, service, session.provider.naming, run.prepared.template);
    },

    async uploadZipFile({ filename }: { filename: string }) {
      const { bucket, key, objectVersion } = await publishedZip(session, run.prepared!, filename);
      return { Bucket: bucket, Key: key, VersionId: objectVersion };
    },

    async cleanupS3Bucket(): Promise<void> {
      if (run.prepared === undefined) return;
      const { repository = 'default', keepTemplates } = session.settings();
      const store = await session.store();
      const nothing = serverless.service.provider.deploymentWithEmptyChangeSet === true;
      await pruneHistory(store, historyConsumer(store, repository, stackName), {
        keep: keepTemplates,
        ...(nothing ? { forget: [run.prepared.directory] } : {}),
      });
    },
  };
}

/** An earlier run that was killed after its update may have left pins: then the stack is settled now, though nothing is deployed. */
async function healPins(session: Session, { deployed }: Run): Promise<void> {
  if (deployed === undefined || !succeeded(deployed)) return;
  const { references } = await (await session.store()).consumer(deployed.stackId);
  const deployments = references.filter(({ kind }) => kind === 'pin').map(({ deployment }) => deployment);
  if (deployments.length > 0) await settleService(session, []);
}
