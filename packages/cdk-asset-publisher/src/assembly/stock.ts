import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import { addGuards } from '../fill/guard.js';
import { ANY_ASSET, placeholder, TEMPLATE_PLACEHOLDER, tokenOf } from '../placeholders.js';
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

  const swap = new BucketSwap(files);
  const templates = new Map<string, Template>();
  for (const [name, template] of readTemplates(folder, templateFile, plan)) {
    const swapped = withoutBootstrapVersion(swap.value(template) as Template);
    const names = files.map(({ asset }) => asset.displayName ?? asset.path);
    templates.set(name, name === templateFile ? addGuards(swapped, names) : swapped);
  }
  return { plan, templates };
}

interface StockFile {
  readonly path: string;
  readonly asset: AssetPlan;
  readonly key: string;
  readonly bucket: string;
}

/** The file assets of the manifests that a stack depends on. Only images stay in those. */
function takeFiles({ folder, artifactId, artifacts, assetManifests }: StackContext, artifact: JsonMap) {
  const found: StockFile[] = [];
  const dependencies = listOf(artifact['dependencies']);
  const gone = new Set<string>();
  for (const id of dependencies) {
    const other = artifacts[id];
    if (!isMap(other) || other['type'] !== 'cdk:asset-manifest') continue;
    const file = mapAt(other, 'properties')?.['file'];
    if (typeof file !== 'string') continue;
    const manifest = readJson(join(folder, file));
    for (const [hash, entry] of Object.entries(mapAt(manifest, 'files') ?? {})) {
      if (isMap(entry)) found.push(stockFile(hash, entry, file));
    }
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

/** Puts placeholders where the stock synthesizer put a bootstrap bucket and a key. */
class BucketSwap {
  readonly #buckets: ReadonlySet<string>;
  readonly #keys: readonly (readonly [string, string])[];

  constructor(files: readonly StockFile[]) {
    this.#buckets = new Set(files.map(({ bucket }) => bucket));
    this.#keys = files.map(({ key, asset }) => [key, placeholder('key', asset.token)]);
  }

  value(value: Json): Json {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (!isMap(value)) return value;
    const sub = value['Fn::Sub'];
    // The bucket of a stack that does not know its account is `Fn::Sub` of the name alone.
    if (typeof sub === 'string' && Object.keys(value).length === 1 && this.#buckets.has(sub))
      return placeholder('bucket', ANY_ASSET);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, item === undefined ? null : this.value(item)]),
    );
  }

  #text(text: string): string {
    let result = text;
    for (const bucket of this.#buckets) result = result.replaceAll(bucket, placeholder('bucket', ANY_ASSET));
    for (const [key, swapped] of this.#keys) {
      if (result.includes(key)) result = result.replaceAll(key, swapped);
    }
    return result;
  }
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
