import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import { planFile, readPlan } from './stack-plan.js';
import { TEMPLATE_PLACEHOLDER } from '../placeholders.js';
import { withSharedAssets } from './shared-assets.js';
import { planOfStock, stockFilesOf, type StockFile } from './stock.js';
import {
  isMap,
  mapAt,
  type Environment,
  type Json,
  type JsonMap,
  type StackPlan,
  type Template,
} from './types.js';

/** A stack of an assembly, with its templates as they are to be published. */
export interface AssemblyStack {
  /** Its key in the manifest. */
  readonly artifactId: string;
  /** The path of its construct, such as `Prod/Orders`. */
  readonly path: string;
  readonly stackName: string;
  readonly environment: Environment;
  /** Keys of stacks in the same manifest that are deployed before. */
  readonly dependsOn: readonly string[];
  /** The folder of its manifest. */
  readonly folder: string;
  readonly templateFile: string;
  readonly plan: StackPlan;
  /** The stack's template and those nested in it, by file name. All with placeholders, whoever synthesized them. */
  readonly templates: ReadonlyMap<string, Template>;
}

/** One folder with a `manifest.json`: the assembly itself, or that of a stage. */
export interface ManifestFolder {
  readonly folder: string;
  /** As it is to be written; stock asset manifests without their files. */
  readonly manifest: JsonMap;
  /** Asset manifests to write in place of the stock ones, or to remove (undefined), by file name. */
  readonly assetManifests: ReadonlyMap<string, JsonMap | undefined>;
}

export interface Assembly {
  readonly folder: string;
  readonly folders: readonly ManifestFolder[];
  readonly stacks: readonly AssemblyStack[];
  /** True while the CDK has yet to look context up: then it will synthesize again. */
  readonly incomplete: boolean;
}

export interface ReadOptions {
  /** Keeps the bootstrap's deployment and execution roles of stock stacks. False when absent. */
  readonly keepRoles?: boolean;
}

/**
 * Reads a cloud assembly, its stages included. Stacks that were synthesized for a bootstrap bucket come with placeholders in its place,
 * as if they had been synthesized by {@link HoldfastSynthesizer}. Nothing is written.
 *
 * Throws `not-found` for a folder without manifest, `invalid-input` for files that are no JSON, and `unsupported` for stacks of the
 * synthesizer of the CDK's first version.
 */
export function readAssembly(folder: string, options: ReadOptions = {}): Assembly {
  const folders: ManifestFolder[] = [];
  const stacks: AssemblyStack[] = [];
  const incomplete = readFolder(resolve(folder), options, folders, stacks);
  return { folder: resolve(folder), folders, stacks: withSharedAssets(stacks), incomplete };
}

function readFolder(
  folder: string,
  options: ReadOptions,
  folders: ManifestFolder[],
  stacks: AssemblyStack[],
): boolean {
  const manifest = readJson(join(folder, 'manifest.json'));
  const artifacts = { ...mapAt(manifest, 'artifacts') };
  const assetManifests = new Map<string, JsonMap | undefined>();
  const staged = stockFilesOf(folder, artifacts);
  let incomplete = Array.isArray(manifest['missing']) && manifest['missing'].length > 0;
  for (const [artifactId, artifact] of Object.entries(artifacts)) {
    if (!isMap(artifact)) continue;
    if (artifact['type'] === 'cdk:cloud-assembly') {
      const name = mapAt(artifact, 'properties')?.['directoryName'];
      if (typeof name === 'string')
        incomplete = readFolder(join(folder, name), options, folders, stacks) || incomplete;
    }
    if (artifact['type'] !== 'aws:cloudformation:stack') continue;
    stacks.push(readStack({ folder, artifactId, artifacts, assetManifests, staged, options }, artifact));
  }
  folders.push({ folder, manifest: { ...manifest, artifacts }, assetManifests });
  return incomplete;
}

export interface StackContext {
  readonly folder: string;
  readonly artifactId: string;
  /** All artifacts of the manifest; what is changed here is written. */
  readonly artifacts: JsonMap;
  readonly assetManifests: Map<string, JsonMap | undefined>;
  /** The file assets of all stock stacks of the manifest. */
  readonly staged: readonly StockFile[];
  readonly options: ReadOptions;
}

function readStack(context: StackContext, artifact: JsonMap): AssemblyStack {
  const { folder, artifactId, artifacts } = context;
  const properties = mapAt(artifact, 'properties') ?? {};
  const templateFile = textAt(properties, 'templateFile', artifactId);
  const own = currentPlan(context, properties['stackTemplateAssetObjectUrl']);
  const { plan, templates } =
    own === undefined
      ? planOfStock(context, artifact, templateFile)
      : { plan: own, templates: readTemplates(folder, templateFile, own) };
  const dependsOn = listOf(artifact['dependencies']).filter((id) => {
    const other = artifacts[id];
    return isMap(other) && other['type'] === 'aws:cloudformation:stack';
  });
  const { stackName } = properties;
  return {
    artifactId,
    path: typeof artifact['displayName'] === 'string' ? artifact['displayName'] : artifactId,
    stackName: typeof stackName === 'string' ? stackName : artifactId,
    environment: environmentOf(artifact['environment']),
    dependsOn,
    folder,
    templateFile,
    plan,
    templates,
  };
}

/**
 * The plan beside a stack's template, if the manifest knows of it: an app that is synthesized again without Holdfast's synthesizer leaves
 * the old one lying.
 */
function currentPlan(
  { folder, artifactId }: StackContext,
  templateUrl: Json | undefined,
): StackPlan | undefined {
  const plan = readPlan(join(folder, planFile(artifactId)));
  if (templateUrl === TEMPLATE_PLACEHOLDER) return plan;
  return plan?.published?.templateUrl === templateUrl ? plan : undefined;
}

/** The template and those of nested stacks, which the CDK writes beside it. */
export function readTemplates(
  folder: string,
  templateFile: string,
  { assets }: Pick<StackPlan, 'assets'>,
): Map<string, Template> {
  const nested = assets.filter(({ path }) => isNestedTemplate(path)).map(({ path }) => path);
  return new Map([templateFile, ...nested].map((file) => [file, readJson(join(folder, file))]));
}

/** Whether the CDK itself writes the file for a nested stack; other templates are assets like any. */
export function isNestedTemplate(path: string): boolean {
  return path.endsWith('.nested.template.json');
}

export function readJson(file: string): JsonMap {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new HoldfastError('not-found', `there is no ${quote(file)}`, {
        hint: 'Name the folder that "cdk synth" writes, such as cdk.out.',
        cause,
      });
    }
    if (!(cause instanceof SyntaxError)) {
      throw new HoldfastError('unavailable', `${quote(file)} could not be read (${String(code)})`, { cause });
    }
    throw new HoldfastError('invalid-input', `${quote(file)} is no valid JSON`, { cause });
  }
  if (!isMap(value as JsonMap))
    throw new HoldfastError('invalid-input', `${quote(file)} holds no JSON object`);
  return value as JsonMap;
}

export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function textAt(map: JsonMap, key: string, of: string): string {
  const value = map[key];
  if (typeof value === 'string') return value;
  throw new HoldfastError('invalid-input', `the manifest's ${quote(of)} has no ${quote(key)}`);
}

/** `aws://111122223333/eu-west-1`; the CDK writes `unknown-account` and `unknown-region` where only the deployment decides. */
function environmentOf(value: unknown): Environment {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(typeof value === 'string' ? value : '') ?? [];
  return {
    ...(account === undefined || account === 'unknown-account' ? {} : { account }),
    ...(region === undefined || region === 'unknown-region' ? {} : { region }),
  };
}
