import { HoldfastError, quote, type Digest } from '@holdfast/core';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { ask } from '../evidence/failures.js';
import { itemsOf } from '../evidence/pages.js';
import { doubtOf } from '../evidence/read-evidence.js';
import { digestOfCodeSha256 } from '../lambda/code-sha256.js';
import { functionConsumer } from '../lambda/names.js';
import { toArtifactId } from '../stack/artifact-ids.js';
import { adoptCodes, type FoundCode } from './adopt-code.js';
import { settle } from './adopt-function.js';
import type { ObjectName } from './objects.js';
import { provenanceOf } from './provenance-of.js';
import type { AdoptContext, AdoptReport } from './types.js';

const BUCKET_URL = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/(?<prefix>.*))?$/s;

/** Takes `s3://bucket/prefix` apart. Throws `invalid-input`. */
export function parseBucketUrl(text: string): { readonly bucket: string; readonly prefix: string } {
  const { bucket, prefix = '' } = BUCKET_URL.exec(text)?.groups ?? {};
  if (bucket === undefined) {
    throw new HoldfastError('invalid-input', `${quote(text)} is not a bucket and prefix`, {
      hint: 'Write it as s3://bucket/prefix.',
    });
  }
  return { bucket, prefix };
}

/** Adopts the current objects under a prefix, and registers the functions that run one of them, whatever location they came from. */
export async function adoptBucket(context: AdoptContext, url: string): Promise<AdoptReport> {
  const { bucket, prefix } = parseBucketUrl(url);
  const { adopted, failures } = await adoptCodes(context, objectsUnder(context, bucket, prefix));
  if (adopted.length + failures.length === 0) {
    throw new HoldfastError('not-found', `there is no object under ${quote(url)}`);
  }
  const digests = new Set(adopted.map(({ version }) => version.digest));
  const settled = [];
  try {
    const users = digests.size === 0 ? [] : await functionsRunning(context, digests);
    for (const arn of users) settled.push(await settle(context, arn));
  } catch (error) {
    failures.push(doubtOf(error, 'find the functions that run what was adopted'));
  }
  return { adopted, settled, failures };
}

async function* objectsUnder(
  context: AdoptContext,
  bucket: string,
  prefix: string,
): AsyncGenerator<FoundCode> {
  for await (const key of context.objects.list(bucket, prefix)) {
    yield objectCode(context, { bucket, key }, toArtifactId(`${context.id ?? bucket}/${key}`));
  }
}

/** An object as a code to adopt. */
export function objectCode(context: AdoptContext, object: ObjectName, id: string): FoundCode {
  const { bucket, key } = object;
  const url = `s3://${bucket}/${key}`;
  return {
    from: url,
    id,
    async open() {
      const { stream, version, mediaType = '', metadata } = await context.objects.open(object);
      return {
        stream,
        from: version === undefined ? url : `${url}?versionId=${version}`,
        provenance: provenanceOf(metadata),
        mediaType: mediaTypeOf(key, mediaType),
      };
    },
  };
}

/** S3 says `binary/octet-stream` of what nobody said anything of. */
function mediaTypeOf(key: string, said: string): string {
  if (/\.(zip|jar)$/i.test(key)) return 'application/zip';
  return /^[\w.+-]+\/[\w.+-]+$/.test(said) && said !== 'binary/octet-stream'
    ? said
    : 'application/octet-stream';
}

/** Functions, by any of their versions: the listing gives the digest of each, so that none has to be asked by itself. */
async function functionsRunning(context: AdoptContext, digests: ReadonlySet<Digest>): Promise<Set<string>> {
  const found = new Set<string>();
  const functions = itemsOf<FunctionConfiguration>(async (Marker) => {
    const page = await ask('list the functions', () =>
      context.lambda.listFunctions({ FunctionVersion: 'ALL', ...(Marker === undefined ? {} : { Marker }) }),
    );
    return { items: page.Functions ?? [], next: page.NextMarker };
  });
  for await (const { FunctionArn: arn, CodeSha256 } of functions) {
    const digest = digestOfCodeSha256(CodeSha256);
    if (arn !== undefined && digest !== undefined && digests.has(digest)) found.add(functionConsumer(arn));
  }
  return found;
}
