import type { Readable } from 'node:stream';
import { HoldfastError, proxyAgents } from '@holdfast/core';
import type { ClientSettings } from '../evidence/client.js';
import { translateFailure } from '../evidence/failures.js';

/** An object in a bucket; without a version the current one. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
}

export interface OpenObject {
  readonly stream: Readable;
  /** The version that is being read, where the bucket keeps versions. */
  readonly version?: string;
  readonly mediaType?: string;
  /** What its writer put on it, with lower-case keys. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads objects of any bucket. */
export interface ObjectReader {
  /** Keys of the current objects, without those that only stand for a folder. */
  list(bucket: string, prefix: string): AsyncIterable<string>;
  /** Throws `not-found` for a definite absence. */
  open(object: ObjectName): Promise<OpenObject>;
  close(): void;
}

const ABSENT = new Set(['NoSuchKey', 'NoSuchVersion', 'NoSuchBucket', 'NotFound']);
/** Milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;
const SILENCE_TIMEOUT_MS = 30_000;

/** Loads the SDK and opens a client. The settings are the SDK's own, from the environment where they are absent. */
export async function openObjects(
  settings: ClientSettings & { readonly forcePathStyle?: boolean } = {},
): Promise<ObjectReader> {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    requestHandler: {
      ...proxyAgents(),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
    },
    // The bucket may be in another region than the store.
    followRegionRedirects: true,
    ...settings,
  });
  return {
    async *list(Bucket, Prefix) {
      const what = `list s3://${Bucket}/${Prefix}`;
      const pages = sdk.paginateListObjectsV2({ client }, { Bucket, Prefix });
      try {
        for await (const { Contents = [] } of pages) {
          for (const { Key, Size } of Contents) {
            if (Key !== undefined && !(Key.endsWith('/') && Size === 0)) yield Key;
          }
        }
      } catch (error) {
        throw failure(error, what);
      }
    },
    async open({ bucket, key, version }) {
      try {
        const answer = await client.send(
          new sdk.GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(version === undefined ? {} : { VersionId: version }),
          }),
        );
        return {
          stream: answer.Body as Readable,
          ...(answer.VersionId === undefined ? {} : { version: answer.VersionId }),
          ...(answer.ContentType === undefined ? {} : { mediaType: answer.ContentType }),
          metadata: answer.Metadata ?? {},
        };
      } catch (error) {
        throw failure(error, `read s3://${bucket}/${key}`);
      }
    },
    close: () => client.destroy(),
  };
}

function failure(error: unknown, what: string): HoldfastError {
  if (error instanceof Error && ABSENT.has(error.name)) {
    return new HoldfastError('not-found', `S3 could not ${what}: there is no such bucket or object`, {
      cause: error,
    });
  }
  return translateFailure(error, what);
}
