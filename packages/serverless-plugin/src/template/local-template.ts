import { looksLikeHoldfastArn } from '@holdfast/core';
import { basename, posix } from 'node:path';
import type { CloudFormationTemplate, Naming, TemplateResource } from '../host/types.js';
import { artifactId } from './artifact-id.js';

/** Which file each function and layer gets; paths relative to the folder of the template, with `/`, or ARNs in their place. */
export interface LocalFiles {
  readonly functions: ReadonlyMap<string, string>;
  readonly layers: ReadonlyMap<string, string>;
  /** The folder in the deployment bucket that the host has in mind for this deployment. */
  readonly uploadFolder: string;
  readonly idPrefix: string;
}

/** What of a resource holds its code. */
const CODE: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'Code',
  'AWS::Lambda::LayerVersion': 'Content',
};

/** The hosts name the bucket here, also one that is not the stack's. */
const BUCKET_OUTPUTS = ['ServerlessDeploymentBucketName', 'ServerlessDeploymentBucketAccelerated'];

/**
 * Turns the host's template into one with local paths, as `aws cloudformation package` and `holdfast package` take it: no number of a
 * version and no location is known before something is published. Changes the template in place.
 *
 * What the host uploads beside functions and layers, such as the code of its custom resources, is known by the folder that it is to
 * be uploaded to. What names a bucket of its own stays as it is.
 */
export async function makeLocal(
  template: CloudFormationTemplate,
  files: LocalFiles,
  naming: Naming,
): Promise<void> {
  const paths = new Map<string, string>();
  for (const [name, path] of files.functions) paths.set(naming.getLambdaLogicalId(name), path);
  for (const [name, path] of files.layers) {
    for (const id of layerIds(template, naming.getLambdaLayerLogicalId(name))) paths.set(id, path);
  }
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const path = paths.get(logicalId) ?? uploadedFile(resource, files.uploadFolder);
    const property = CODE[resource.Type ?? ''];
    if (path !== undefined && property !== undefined && takesZip(resource, property)) {
      resource.Properties![property] = path;
    }
  }
  for (const [name, path] of files.layers) {
    // Without it Serverless 4 takes every layer for new, as here; what it wrote is no version of an object.
    const version = naming.getLambdaLayerS3ObjectVersionOutputLogicalId?.(name);
    if (version !== undefined && template.Outputs !== undefined) delete template.Outputs[version];
    const output = template.Outputs?.[naming.getLambdaLayerS3KeyOutputLogicalId(name)];
    const [logicalId] = layerIds(template, naming.getLambdaLayerLogicalId(name));
    if (output === undefined || logicalId === undefined) continue;
    const id = await artifactId(files.idPrefix, logicalId);
    output.Value = { 'Fn::Artifact': { Path: path, As: 'key', Id: id } };
  }
  for (const name of BUCKET_OUTPUTS) if (template.Outputs !== undefined) delete template.Outputs[name];
}

/** A layer that keeps its old versions has a digest after its logical ID. */
function layerIds({ Resources }: CloudFormationTemplate, id: string): string[] {
  return Object.keys(Resources).filter(
    (key) => key === id || (key.startsWith(id) && /^[0-9a-f]{40}$/.test(key.slice(id.length))),
  );
}

function takesZip(resource: TemplateResource, property: string): boolean {
  const code = resource.Properties?.[property];
  return typeof code === 'object' && code !== null && 'S3Key' in code;
}

function uploadedFile({ Type, Properties }: TemplateResource, uploadFolder: string): string | undefined {
  const code = Properties?.[CODE[Type ?? ''] ?? ''] as { S3Key?: unknown } | undefined;
  const key = code?.S3Key;
  if (typeof key !== 'string' || posix.dirname(key) !== uploadFolder) return undefined;
  return basename(key);
}

/** The local files that the code of functions and layers is in, in the order of the template, each once. */
export function localFiles({ Resources }: CloudFormationTemplate): string[] {
  const paths = Object.values(Resources).map(({ Type, Properties }) => Properties?.[CODE[Type ?? ''] ?? '']);
  const files = paths.filter((path) => typeof path === 'string' && !looksLikeHoldfastArn(path));
  return [...new Set(files as string[])];
}
