import { randomUUID } from 'node:crypto';
import { historyConsumer, pruneHistory } from '../history/deployments.js';
import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import type { DeployPlugin } from '../host/types.js';
import type { Session } from '../session.js';
import { bindingMonitor, isOver, settleDeployment, settleService } from '../settle.js';
import { placeTemplate } from '../template/placement.js';
import { checkPackage, isUnchanged, packagedFingerprint } from './check.js';
import { readDeployed, succeeded, type DeployedStack } from './deployed.js';
import { isFirstDeployment, prepareMove } from './move-service.js';
import { prepareDeployment, publishedZip, type Prepared } from './publish.js';

/** The deployment of this run, and what its steps found out. */
export interface ServiceDeployment {
  /** Before the host makes a stack. Throws for a package that cannot be deployed with Holdfast. */
  beforeCreate(): Promise<void>;
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
  if (deploy === undefined) return { beforeCreate: absent, afterUpdate: absent, afterFailure: absent };
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
  replaceReferenceMode(deploy);
  deploy.monitorStack = bindingMonitor(session, deploy.monitorStack.bind(deploy), () => run.deployment);
  return {
    beforeCreate: guarded(async () => {
      checkPackage(serverless.service.provider.compiledCloudFormationTemplate);
      // Whatever is found out, these are needed. While the host looks for its stack they are under way; who waits for them has the error.
      run.deployedSoon = readOwnStack(session);
      for (const soon of [run.deployedSoon, session.store()]) soon.catch(() => undefined);
    }),
    afterUpdate: guarded(async () => {
      if (serverless.service.provider.shouldNotDeploy === true) return healPins(session, run);
      run.settled = true;
      if (run.deployment !== undefined) await settleDeployment(session, run.deployment);
    }),
    async afterFailure() {
      if (run.deployment === undefined || run.settled === true) return;
      run.settled = true;
      try {
        await settleFailure(session, run);
      } catch (error) {
        session.output.log?.warning(`Holdfast: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

async function readOwnStack(session: Session): Promise<DeployedStack | undefined> {
  return readDeployed(await session.stackReader(), session.stackName);
}

const absent = (): Promise<void> => Promise.resolve();

/**
 * What Serverless 4 does of its own for functions that run from the bucket: it looks at the deployment bucket, and writes versions of
 * objects into the template by the names of zips. The packaged template says both already.
 */
function replaceReferenceMode(deploy: DeployPlugin): void {
  if (deploy.ensureReferenceCodeStoragePrereqs !== undefined) {
    deploy.ensureReferenceCodeStoragePrereqs = absent;
  }
  if (deploy.patchReferenceObjectVersions !== undefined)
    deploy.patchReferenceObjectVersions = () => undefined;
}

interface Run {
  fingerprint?: string;
  deployedSoon?: Promise<DeployedStack | undefined>;
  deployed?: DeployedStack;
  /** What the pins are recorded under, from before the first is placed. */
  deployment?: string;
  prepared?: Promise<Prepared>;
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

  /** Hosts begin with the template, or with the zips: whatever comes first publishes everything. */
  const prepare = (): Promise<Prepared> => (run.prepared ??= begin());
  const begin = async (): Promise<Prepared> => {
    const { deployed } = run;
    if (deployed !== undefined && isFirstDeployment(deployed)) await prepareMove(session, deploy, deployed);
    run.fingerprint ??= await packagedFingerprint(session);
    run.deployment = randomUUID();
    const prepared = await prepareDeployment(session, run.deployment, run.fingerprint);
    placeTemplate(deploy, serverless.service, session.provider.naming, prepared.template);
    return prepared;
  };
  return {
    // The bucket is the repository's, which is found when something is published.
    ensureValidBucketExists: absent,

    async checkForChanges(): Promise<void> {
      const { provider } = serverless.service;
      provider.shouldNotDeploy = false;
      run.fingerprint = await packagedFingerprint(session);
      if (deploy.createLater !== true) {
        const deployed = await (run.deployedSoon ?? readOwnStack(session));
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
      await prepare();
    },

    async uploadZipFile({ filename }: { filename: string }) {
      const { bucket, key, objectVersion } = await publishedZip(session, await prepare(), filename);
      return { Bucket: bucket, Key: key, VersionId: objectVersion };
    },

    async cleanupS3Bucket(): Promise<void> {
      const prepared = await run.prepared;
      if (prepared === undefined) return;
      const { repository = 'default', keepTemplates } = session.settings();
      const store = await session.store();
      const nothing = serverless.service.provider.deploymentWithEmptyChangeSet === true;
      await pruneHistory(store, historyConsumer(store, repository, stackName), {
        keep: keepTemplates,
        ...(nothing ? { forget: prepared.added } : {}),
      });
    },
  };
}

/** A deployment that did not succeed is none to go back to, once it is known to be over. */
async function settleFailure(session: Session, { deployment, prepared, fingerprint }: Run): Promise<void> {
  const { stack } = await settleService(session, [deployment!]);
  const added = await prepared?.then(
    (it) => it.added,
    () => [],
  );
  if (added === undefined || added.length === 0 || !isOver(stack)) return;
  // What failed may have been a step after the update, such as one of another plugin.
  const deployed = await readOwnStack(session);
  if (isUnchanged(deployed, fingerprint)) return;
  const { repository = 'default' } = session.settings();
  const store = await session.store();
  const consumer = historyConsumer(store, repository, session.stackName);
  await pruneHistory(store, consumer, { keep: Infinity, forget: added });
}

/** An earlier run that was killed after its update may have left pins: then the stack is settled now, though nothing is deployed. */
async function healPins(session: Session, { deployed }: Run): Promise<void> {
  if (deployed === undefined || !succeeded(deployed)) return;
  const { references } = await (await session.store()).consumer(deployed.stackId);
  const deployments = references.filter(({ kind }) => kind === 'pin').map(({ deployment }) => deployment);
  if (deployments.length > 0) await settleService(session, []);
}
