import { currentMachine, decideSettings } from '@holdfast/core/settings';
import type { StackOutcome } from '@holdfast/cloudformation';
import { settleStacks } from './deploy/settle.js';
import { publishAssembly, type DeployableStack } from './publish/publish-assembly.js';
import { EnvironmentStores } from './publish/stores.js';

/** How a program publishes. Everything that is absent is as `holdfast.yaml` and the environment say. */
export interface PublishForDeploymentOptions {
  /** The folder that the app was synthesized to. */
  readonly folder: string;
  /** Where the assembly to deploy is written; in the place of the one that is read when absent. */
  readonly output?: string;
  /** The store's URL. */
  readonly store?: string;
  readonly repository?: string;
  /** The paths of the stacks to publish, such as `Prod/Orders`; all when absent. */
  readonly stacks?: readonly string[];
  /** Tags every resource that is about one artifact. */
  readonly tags?: boolean;
  /** Keeps the bootstrap's roles of stock stacks. */
  readonly keepRoles?: boolean;
}

/** An assembly that can be deployed, by `@aws-cdk/toolkit-lib` or any other means. */
export interface DeployableAssembly {
  /** The folder to deploy from. */
  readonly folder: string;
  readonly stacks: readonly DeployableStack[];
  /** True while the app waits for values that the CDK looks up: nothing was published, and it is synthesized again. */
  readonly incomplete: boolean;
  /** To be called when the deployment is over, whatever came of it. Safe to repeat. */
  settle(): Promise<StackOutcome[]>;
}

/**
 * Publishes an assembly's artifacts and pins them, for a program that deploys by itself.
 *
 * With `@aws-cdk/toolkit-lib` it goes into the builder of `fromAssemblyBuilder`, and `settle` after `deploy`.
 */
export async function publishForDeployment(
  options: PublishForDeploymentOptions,
): Promise<DeployableAssembly> {
  const { folder, output, store, repository: forced, stacks, tags, keepRoles } = options;
  const settings = decideSettings(store === undefined ? {} : { store }, currentMachine());
  const { repository, idPrefix, storageMode } = settings;
  const published = await withStores((stores) =>
    publishAssembly({
      folder,
      openStore: stores.open,
      ...(output === undefined ? {} : { output }),
      ...(forced === undefined ? {} : { repository: forced }),
      ...(repository === undefined ? {} : { defaultRepository: repository }),
      ...(idPrefix === undefined ? {} : { idPrefix }),
      ...(storageMode === undefined ? {} : { storageMode }),
      ...(tags === undefined ? {} : { tags }),
      ...(keepRoles === undefined ? {} : { keepRoles }),
      ...(stacks === undefined ? {} : { select: ({ path }) => stacks.includes(path) }),
    }),
  );
  return {
    ...published,
    async settle() {
      const stacks = published.stacks.map(({ stackName, place, deployment }) => {
        const { account, region } = place;
        return { stackName, environment: { account, region }, deployments: [deployment] };
      });
      const finished = published.stacks.map(({ deployment }) => deployment);
      return withStores((opened) => settleStacks({ stacks, finished, openStore: opened.open }));
    },
  };

  async function withStores<T>(run: (stores: EnvironmentStores) => Promise<T>): Promise<T> {
    const stores = new EnvironmentStores(settings);
    try {
      return await run(stores);
    } finally {
      await stores.close();
    }
  }
}

export type { DeployableStack } from './publish/publish-assembly.js';
export type { PublishedUse } from './assembly/types.js';
