import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import { addGuards } from '../fill/guard.js';
import { TEMPLATE_PLACEHOLDER, tokenOf } from '../placeholders.js';
import { BucketSwap } from './bucket-swap.js';
import { listOf, readJson, readTemplates, type StackContext } from './read-assembly.js';
import {
  isMap,
  mapAt,
  type AssetPlan,
  type Json,
  type JsonMap,
  type StackPlan,
  type Template,
} from './types.js';

/** What is taken from a stack's properties, for nothing of a bootstrap is needed. */
const BOOTSTRAP = ['requiresBootstrapStackVersion', 'bootstrapStackVersionSsmParameter', 'lookupRole'];
const ROLES = [
  'assumeRoleArn',
  'assumeRoleExternalId',
  'assumeRoleAdditionalOptions',
  'cloudFormationExecutionRoleArn',
];

/**
 * The plan of a stack that was synthesized for a bootstrap bucket, and its templates with placeholders in that bucket's place.
 *
 * What of the manifest has to do with the bootstrap, besides docker images, goes.
 */
export function planOfStock(
  context: StackContext,
  artifact: JsonMap,
  templateFile: string,
): { readonly plan: StackPlan; readonly templates: ReadonlyMap<string, Template> } {
  const { folder, artifactId, artifacts, options } = context;
  refuseLegacy(context, artifact);
  const files = takeFiles(context, artifact).filter(({ path }) => path !== templateFile);
  const plan: StackPlan = { version: 1, assets: files.map(({ asset }) => asset) };
  const properties = { ...mapAt(artifacts[artifactId] as JsonMap, 'properties') };
  for (const key of [...BOOTSTRAP, ...(options.keepRoles === true ? [] : ROLES)]) delete properties[key];
  properties['stackTemplateAssetObjectUrl'] = TEMPLATE_PLACEHOLDER;
  artifacts[artifactId] = { ...(artifacts[artifactId] as JsonMap), properties };

  // A stack may also name what another one stages.
  const swap = new BucketSwap(context.staged.filter(({ path }) => path !== templateFile));
  const templates = new Map<string, Template>();
  for (const [name, template] of readTemplates(folder, templateFile, plan)) {
    const swapped = withoutBootstrapVersion(swap.value(template) as Template);
    const names = files.map(({ asset }) => asset.displayName ?? asset.path);
    templates.set(name, name === templateFile ? addGuards(swapped, names) : swapped);
  }
  return { plan, templates };
}

/** An asset, and where the stock synthesizer would have it. */
export interface StockFile {
  readonly path: string;
  readonly asset: AssetPlan;
  readonly key: string;
  readonly bucket: string;
}

/** The file assets of every asset manifest. */
export function stockFilesOf(folder: string, artifacts: JsonMap): StockFile[] {
  return Object.values(artifacts).flatMap((artifact) => filesOf(folder, artifact)?.files ?? []);
}

/** What an artifact says of file assets and images; undefined for one that is no asset manifest. */
function filesOf(folder: string, artifact: Json | undefined) {
  if (!isMap(artifact) || artifact['type'] !== 'cdk:asset-manifest') return undefined;
  const file = mapAt(artifact, 'properties')?.['file'];
  if (typeof file !== 'string') return undefined;
  const manifest = readJson(join(folder, file));
  const files = Object.entries(mapAt(manifest, 'files') ?? {}).flatMap(([hash, entry]) =>
    isMap(entry) ? [stockFile(hash, entry, file)] : [],
  );
  return { file, manifest, files };
}

/** The file assets of the manifests that a stack depends on. Only images stay in those. */
function takeFiles({ folder, artifactId, artifacts, assetManifests }: StackContext, artifact: JsonMap) {
  const found: StockFile[] = [];
  const dependencies = listOf(artifact['dependencies']);
  const gone = new Set<string>();
  for (const id of dependencies) {
    const read = filesOf(folder, artifacts[id]);
    if (read === undefined) continue;
    const { file, manifest, files } = read;
    found.push(...files);
    const images = mapAt(manifest, 'dockerImages') ?? {};
    if (Object.keys(images).length > 0) {
      assetManifests.set(file, { ...manifest, files: {} });
    } else {
      assetManifests.set(file, undefined);
      gone.add(id);
    }
  }
  for (const id of gone) delete artifacts[id];
  const dependenciesLeft = dependencies.filter((id) => !gone.has(id));
  const { dependencies: _, ...rest } = artifact;
  const properties = { ...mapAt(artifact, 'properties') };
  const additional = listOf(properties['additionalDependencies']).filter((id) => !gone.has(id));
  delete properties['additionalDependencies'];
  artifacts[artifactId] = {
    ...rest,
    properties: { ...properties, ...(additional.length === 0 ? {} : { additionalDependencies: additional }) },
    ...(dependenciesLeft.length === 0 ? {} : { dependencies: dependenciesLeft }),
  };
  return found;
}

function stockFile(hash: string, entry: JsonMap, file: string): StockFile {
  const source = mapAt(entry, 'source') ?? {};
  const destination = Object.values(mapAt(entry, 'destinations') ?? {}).find(isMap);
  const { bucketName, objectKey } = destination ?? {};
  if (typeof bucketName !== 'string' || typeof objectKey !== 'string') {
    throw new HoldfastError('invalid-input', `asset ${quote(hash)} of ${quote(file)} has no destination`);
  }
  const path = typeof source['path'] === 'string' ? source['path'] : '';
  const displayName = entry['displayName'];
  const executable = listOf(source['executable']);
  return {
    path,
    key: objectKey,
    bucket: bucketName,
    asset: {
      token: tokenOf(`${hash} ${objectKey}`),
      path,
      packaging: source['packaging'] === 'zip' ? 'zip' : 'file',
      ...(typeof displayName === 'string' && displayName !== '' ? { displayName } : {}),
      ...(executable.length === 0 ? {} : { executable }),
    },
  };
}

/** Without the parameter and the rule that read the bootstrap's version. */
function withoutBootstrapVersion(template: Template): Template {
  const result = { ...template };
  drop(result, 'Parameters', 'BootstrapVersion');
  drop(result, 'Rules', 'CheckBootstrapVersion');
  return result;
}

function drop(template: Template, section: string, name: string): void {
  const map = mapAt(template, section);
  if (map === undefined || !Object.hasOwn(map, name)) return;
  const { [name]: _, ...rest } = map;
  if (Object.keys(rest).length > 0) template[section] = rest;
  else delete template[section];
}

/** The first synthesizer's stacks take locations as parameters, which the CDK's command fills in. */
function refuseLegacy({ folder, artifactId }: StackContext, artifact: JsonMap): void {
  const inline = Object.values(mapAt(artifact, 'metadata') ?? {});
  const file = artifact['additionalMetadataFile'];
  const text = typeof file === 'string' ? readFileSync(join(folder, file), 'utf8') : '';
  if (!text.includes('"aws:cdk:asset"') && !JSON.stringify(inline).includes('"aws:cdk:asset"')) return;
  throw new HoldfastError('unsupported', `stack ${quote(artifactId)} has assets of the legacy synthesizer`, {
    hint: 'Use the default synthesizer, or HoldfastSynthesizer.',
  });
}
