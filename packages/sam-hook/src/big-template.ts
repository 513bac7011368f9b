import { createHash } from 'node:crypto';
import { loadYaml } from './lazy-modules.js';
import { parseTemplate } from './template-data.js';

/**
 * Bytes from which on a template is taken for too big to be sent with the request. sam writes the template anew before it looks: in blocks,
 * without comments, and with an ID in the metadata of each resource. Some room is left for where its writer and ours differ; what is
 * taken for too big and is not goes by its URL all the same.
 *
 * Source: samcli/commands/deploy/deploy_context.py (51,200), and CloudFormation's limit for a template in a request.
 */
const LIMIT = 51_200 * 0.9;

/** What sam writes into each resource, besides its logical ID. */
const SAM_RESOURCE_ID = '    Metadata:\n      SamResourceId: \n'.length;

/** Whether sam could not send the template with its request. Pure. */
export function isTooBig(text: string): boolean {
  if (Buffer.byteLength(text) < LIMIT / 4) return false;
  const template = parseTemplate(text);
  const written = Buffer.byteLength(loadYaml().stringify(template, { lineWidth: 80 }));
  const { Resources: resources } = template;
  const ids = typeof resources === 'object' && resources !== null ? Object.keys(resources) : [];
  return written + ids.reduce((sum, id) => sum + SAM_RESOURCE_ID + id.length, 0) > LIMIT;
}

/** A template as sam finds it in a bucket, by `--s3-bucket` and `--s3-prefix`. */
export interface PlacedByUrl {
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * What the key of a template goes on with, behind the prefix, where sam looks before it would upload it. Pure.
 *
 * Source: samcli/lib/package/local_files_utils.py, get_uploaded_s3_object_name: the MD5 of the file, only to tell one from another.
 */
export function keyNameOf(bytes: Buffer): string {
  return `/${createHash('md5').update(bytes).digest('hex')}.template`;
}
