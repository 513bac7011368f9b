import { randomUUID } from 'node:crypto';
import { mapBounded, parseArn, type PinRequest, type StoreIdentity } from '@holdfast/core';
import { beginDeployment, bookmarkName } from '@holdfast/cloudformation';
import { readAssembly, type Assembly, type AssemblyStack } from '../assembly/read-assembly.js';
import type { Environment, PublishedUse } from '../assembly/types.js';
import { writeAssembly, type StackFiles } from '../assembly/write-assembly.js';
import { publishStacks } from './publish-stacks.js';
import type { FilledStack, StackOptions } from './stack-work.js';
import type { OpenedStore, StoreOpener } from './stores.js';

export interface PublishAssemblyOptions {
  /** The folder that `cdk synth` wrote. */
  readonly folder: string;
  /** Where the assembly to deploy is written; in the place of the one that is read when absent. */
  readonly output?: string;
  readonly openStore: StoreOpener;
  /** Where stacks go that name no environment, or a part of one; where the credentials are at home when absent. */
  readonly environment?: Environment;
  /** What the pins are recorded under; a new random one when absent. */
  readonly deployment?: string | ((artifacts: readonly PublishedUse[]) => string);
  /** Which stacks to publish; all when absent. The others keep their placeholders. */
  readonly select?: (stack: AssemblyStack) => boolean;
  /** Wins over what the synthesizer says. */
  readonly repository?: string;
  /** For stacks whose synthesizer names none; `default` when absent. */
  readonly defaultRepository?: string;
  /** Stands before the stack's name in artifact IDs. */
  readonly idPrefix?: string;
  /** For stacks whose synthesizer says nothing. */
  readonly storageMode?: 'copy' | 'reference';
  /** Tags every resource that is about one artifact. */
  readonly tags?: boolean;
  readonly keepRoles?: boolean;
  /** Whether the versions are pinned for the stacks; true when absent. */
  readonly pin?: boolean;
  /**
   * Told of stacks that could not be published; they keep their placeholders, so that nobody can deploy them. Without it the first
   * failure is thrown, and nothing is written.
   */
  readonly onFailure?: (stacks: readonly AssemblyStack[], error: unknown) => void;
}

/** A stack that can be deployed. */
export interface DeployableStack {
  /** The path of its construct. */
  readonly path: string;
  readonly stackName: string;
  /** Where it is deployed to. */
  readonly place: StoreIdentity;
  readonly deployment: string;
  readonly artifacts: readonly PublishedUse[];
  /** Contents that were sent to the store, and that it had; none for a stack that was published before. */
  readonly uploaded: number;
  readonly unchanged: number;
}

export interface PublishedAssembly {
  /** The folder to deploy from. */
  readonly folder: string;
  readonly stacks: readonly DeployableStack[];
  /** Nothing was done: the CDK has yet to look context up, and synthesizes again. */
  readonly incomplete: boolean;
}

/**
 * Publishes an assembly's artifacts and writes an assembly whose templates say where they lie: the same again for the same artifacts.
 *
 * Every version is pinned for its stack before anything is written. A stack that was published before is pinned only: then `not-found`
 * names what is not there any more.
 */
export async function publishAssembly(options: PublishAssemblyOptions): Promise<PublishedAssembly> {
  const assembly = readAssembly(options.folder, { keepRoles: options.keepRoles ?? false });
  const output = options.output ?? assembly.folder;
  if (assembly.incomplete) return { folder: assembly.folder, stacks: [], incomplete: true };
  const selected = assembly.stacks.filter(options.select ?? (() => true));
  const done = new Map<AssemblyStack, Finished>();
  for (const { environment, stacks } of byEnvironment(selected, options.environment)) {
    try {
      const opened = await options.openStore(environment);
      for (const one of await publishGroup(opened, stacks, options)) done.set(one.stack, one);
    } catch (error) {
      if (options.onFailure === undefined) throw error;
      options.onFailure(stacks, error);
    }
  }
  writeAssembly(assembly, output, filesOf(assembly, done, options.pin !== false));
  return {
    folder: output,
    stacks: [...done.values()].map(({ deployable }) => deployable),
    incomplete: false,
  };
}

/** How many stacks' versions are pinned at once. */
const PINNED_AT_ONCE = 8;

/** What a stack became. */
interface Finished {
  readonly stack: AssemblyStack;
  readonly deployable: DeployableStack;
  /** Absent for a stack that was published before. */
  readonly filled?: FilledStack;
}

function byEnvironment(stacks: readonly AssemblyStack[], defaults: Environment = {}) {
  const environmentOf = ({ environment }: AssemblyStack): Environment => ({ ...defaults, ...environment });
  const groups = Map.groupBy(stacks, (stack) => {
    const { account, region } = environmentOf(stack);
    return `${account ?? ''}/${region ?? ''}`;
  });
  return [...groups.values()].map((group) => ({ environment: environmentOf(group[0]!), stacks: group }));
}

async function publishGroup(
  { store, place }: OpenedStore,
  stacks: readonly AssemblyStack[],
  options: PublishAssemblyOptions,
): Promise<Finished[]> {
  const fresh = stacks.filter(({ plan }) => plan.published === undefined);
  const filled = await publishStacks(store, fresh, (stack) => stackOptions(stack, options));
  const finished = new Map<AssemblyStack, Finished>();
  await mapBounded(stacks, PINNED_AT_ONCE, async (stack) => {
    const own = filled.find((one) => one.stack === stack);
    const artifacts = own?.artifacts ?? stack.plan.published?.artifacts ?? [];
    const { deployment = randomUUID() } = options;
    const name = typeof deployment === 'string' ? deployment : deployment(artifacts);
    const pins = artifacts.map(pinOf);
    if (options.pin !== false)
      await beginDeployment({ store, stackName: stack.stackName, pins, deployment: name, place });
    const deployable = {
      path: stack.path,
      stackName: stack.stackName,
      place,
      deployment: name,
      artifacts,
      uploaded: own?.uploaded ?? 0,
      unchanged: own?.unchanged ?? 0,
    };
    finished.set(stack, { stack, deployable, ...(own === undefined ? {} : { filled: own }) });
  });
  return stacks.map((stack) => finished.get(stack)!);
}

function stackOptions({ plan, stackName }: AssemblyStack, options: PublishAssemblyOptions): StackOptions {
  const storageMode = plan.storageMode ?? options.storageMode;
  const prefix = options.idPrefix?.replace(/\/+$/, '');
  return {
    repository: options.repository ?? plan.repository ?? options.defaultRepository ?? 'default',
    prefix: prefix === undefined ? stackName : `${prefix}/${stackName}`,
    ...(storageMode === undefined ? {} : { storageMode }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
  };
}

function pinOf({ slot, version, bookmark }: PublishedUse): PinRequest['pins'][number] {
  const arn = parseArn(version);
  if (arn.type !== 'version') throw new Error(`${version} names no version`);
  const { repository, id, number } = arn;
  const name = bookmark === undefined ? undefined : bookmarkName(bookmark);
  return {
    version: { repository, id, number, arn: version },
    slot,
    ...(name === undefined ? {} : { bookmark: name }),
  };
}

/** The files of every stack, those with placeholders included: stock templates are never left beside a manifest without their assets. */
function filesOf(
  { stacks }: Assembly,
  done: ReadonlyMap<AssemblyStack, Finished>,
  pinned: boolean,
): StackFiles[] {
  return stacks.map((stack) => {
    const { filled: finished, deployable } = done.get(stack) ?? {};
    if (finished === undefined) {
      const texts = [...stack.templates].map(
        ([file, template]) => [file, JSON.stringify(template, undefined, 1)] as const,
      );
      return { stack, templates: new Map(texts), plan: stack.plan };
    }
    const { bucket, key, objectVersion } = finished.templateLocation;
    const version = objectVersion === undefined ? '' : `?versionId=${encodeURIComponent(objectVersion)}`;
    const templateUrl = `s3://${bucket}/${key}${version}`;
    return {
      stack,
      templates: finished.templates,
      plan: {
        ...stack.plan,
        published: {
          templateUrl,
          artifacts: finished.artifacts,
          ...(pinned && deployable !== undefined ? { deployment: deployable.deployment } : {}),
        },
      },
      templateUrl,
    };
  });
}
