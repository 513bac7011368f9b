import type {
  AbortMultipartUploadCommandInput,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  PutObjectLegalHoldCommandInput,
  S3Client,
  S3ClientConfig,
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';

import { boundedAttempts } from '../bounded-requests.js';
import { proxyAgents } from '../proxies.js';

/** The calls that the content storage makes, by role: reading, publishing, and the sweep's. */
export interface S3Api {
  head(input: HeadObjectCommandInput): Promise<HeadObjectCommandOutput>;
  get(input: GetObjectCommandInput): Promise<GetObjectCommandOutput>;
  listVersions(input: ListObjectVersionsCommandInput): Promise<ListObjectVersionsCommandOutput>;

  put(input: PutObjectCommandInput): Promise<PutObjectCommandOutput>;
  createUpload(input: CreateMultipartUploadCommandInput): Promise<CreateMultipartUploadCommandOutput>;
  uploadPart(input: UploadPartCommandInput): Promise<UploadPartCommandOutput>;
  copyPart(input: UploadPartCopyCommandInput): Promise<UploadPartCopyCommandOutput>;
  completeUpload(input: CompleteMultipartUploadCommandInput): Promise<CompleteMultipartUploadCommandOutput>;
  abortUpload(input: AbortMultipartUploadCommandInput): Promise<unknown>;
  listUploads(input: ListMultipartUploadsCommandInput): Promise<ListMultipartUploadsCommandOutput>;
  listParts(input: ListPartsCommandInput): Promise<ListPartsCommandOutput>;

  putLegalHold(input: PutObjectLegalHoldCommandInput): Promise<unknown>;
  delete(input: DeleteObjectCommandInput): Promise<unknown>;

  close(): void;
}

/** Milliseconds. A connection that is silent for this long is given up; a request may take long in all, for slow lines. */
const CONNECT_TIMEOUT_MS = 3_000;
const SILENCE_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 300_000;
const MAX_ATTEMPTS = 5;

type Sdk = typeof import('@aws-sdk/client-s3');

/** The settings are the SDK's own; what is given here comes before them. The SDK's client, which is the largest of all, is loaded by the first request. */
export function openS3(config: S3ClientConfig = {}): S3Api {
  let loaded: { readonly sdk: Sdk; readonly client: S3Client } | undefined;
  const send = <Output>(request: (sdk: Sdk, client: S3Client) => Promise<Output>): Promise<Output> => {
    loaded ??= loadClient(config);
    return request(loaded.sdk, loaded.client);
  };
  return {
    head: (input) => send((sdk, client) => client.send(new sdk.HeadObjectCommand(input))),
    get: (input) => send((sdk, client) => client.send(new sdk.GetObjectCommand(input))),
    listVersions: (input) => send((sdk, client) => client.send(new sdk.ListObjectVersionsCommand(input))),
    put: (input) => send((sdk, client) => client.send(new sdk.PutObjectCommand(input))),
    createUpload: (input) => send((sdk, client) => client.send(new sdk.CreateMultipartUploadCommand(input))),
    uploadPart: (input) => send((sdk, client) => client.send(new sdk.UploadPartCommand(input))),
    copyPart: (input) => send((sdk, client) => client.send(new sdk.UploadPartCopyCommand(input))),
    completeUpload: (input) =>
      send((sdk, client) => client.send(new sdk.CompleteMultipartUploadCommand(input))),
    abortUpload: (input) => send((sdk, client) => client.send(new sdk.AbortMultipartUploadCommand(input))),
    listUploads: (input) => send((sdk, client) => client.send(new sdk.ListMultipartUploadsCommand(input))),
    listParts: (input) => send((sdk, client) => client.send(new sdk.ListPartsCommand(input))),
    putLegalHold: (input) => send((sdk, client) => client.send(new sdk.PutObjectLegalHoldCommand(input))),
    delete: (input) => send((sdk, client) => client.send(new sdk.DeleteObjectCommand(input))),
    close: () => loaded?.client.destroy(),
  };
}

function loadClient(config: S3ClientConfig): { readonly sdk: Sdk; readonly client: S3Client } {
  const sdk = require('@aws-sdk/client-s3') as Sdk;
  const client = new sdk.S3Client({
    ...boundedAttempts(MAX_ATTEMPTS),
    // Uploads name their SHA-256 themselves, and the store checks every read against the content's digest.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      ...proxyAgents(),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
  return { sdk, client };
}
