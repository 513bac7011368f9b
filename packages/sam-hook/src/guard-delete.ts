import type { CloudFormationApi } from '@holdfast/cloudformation';
import { HoldfastError, type ArtifactStore } from '@holdfast/core';
import { deployedTemplate } from './deployed-template.js';
import { NO_BUCKET } from './no-bucket.js';
import type { SamParameters } from './parameters.js';
import { parseTemplate } from './template-data.js';

export interface GuardOptions {
  readonly store: ArtifactStore;
  readonly api: CloudFormationApi;
  readonly stack: string;
  readonly parameters: Pick<SamParameters, 's3Bucket'>;
}

/**
 * What to add to the arguments of `sam delete`, so that it deletes nothing of the repository.
 *
 * sam deletes every key of the template that it can parse, from the bucket that it was told or else infers from the first of them, and then
 * without prompts the whole prefix. So it is told another bucket whenever it would take the store's. Throws `unsupported` for a template at
 * which sam stops before it has deleted the stack.
 */
export async function guardDelete({ store, api, stack, parameters }: GuardOptions): Promise<string[]> {
  const resources = await deployedResources(api, stack);
  const buckets = await bucketsOf(store, stack, api);
  const literals = [...literalLocations(resources)];
  const stops = literals.find(({ text }) => text !== undefined && !/^(s3:\/\/|https:\/\/s3)/.test(text));
  if (stops !== undefined) {
    throw new HoldfastError(
      'unsupported',
      `sam delete cannot read the location of ${stops.logicalId} (AWS::Serverless::Application takes no other), and stops there`,
      {
        hint: `Delete the stack with: aws cloudformation delete-stack --stack-name ${stack}; then: holdfast-sam settle --stack-name ${stack}`,
      },
    );
  }
  const names = literals.some(
    ({ buckets: named, stamped }) => stamped || named.some((bucket) => buckets.has(bucket)),
  );
  const told = parameters.s3Bucket !== undefined && buckets.has(parameters.s3Bucket);
  return names || told ? ['--s3-bucket', NO_BUCKET, '--s3-prefix', ''] : [];
}

async function deployedResources(
  api: CloudFormationApi,
  stack: string,
): Promise<Readonly<Record<string, unknown>>> {
  // Whether there is such a stack sam says itself. What is not known cannot be guarded.
  const text = await deployedTemplate(api, stack, 'nothing was deleted');
  const { Resources: resources } = parseTemplate(text ?? '');
  return typeof resources === 'object' && resources !== null ? (resources as Record<string, unknown>) : {};
}

interface Literal {
  readonly logicalId: string;
  readonly buckets: readonly string[];
  /** Whether Holdfast packaged the resource: then the bucket is one of its own, in whatever region. */
  readonly stamped: boolean;
  /** A location of `AWS::Serverless::Application`, as text. */
  readonly text?: string;
}

/** Every bucket that a resource names in so many words. */
function* literalLocations(resources: Readonly<Record<string, unknown>>): Generator<Literal> {
  for (const [logicalId, resource] of Object.entries(resources)) {
    const {
      Type: type,
      Properties: properties,
      Metadata: metadata,
    } = (resource ?? {}) as { Type?: string; Properties?: unknown; Metadata?: Record<string, unknown> };
    const stamped = metadata?.['Holdfast'] !== undefined;
    const buckets = [...bucketsNamed(properties)];
    const { Location: location } = (properties ?? {}) as { Location?: unknown };
    const nested = type === 'AWS::Serverless::Application' && typeof location === 'string';
    if (buckets.length > 0 || nested)
      yield { logicalId, buckets, stamped, ...(nested ? { text: location } : {}) };
  }
}

function* bucketsNamed(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    const found = /^s3:\/\/([^/]+)\//.exec(value) ?? /^https:\/\/s3[^/]*\/([^/]+)\//.exec(value);
    if (found?.[1] !== undefined) yield found[1];
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if ((key === 'Bucket' || key === 'S3Bucket') && typeof inner === 'string') yield inner;
    yield* bucketsNamed(inner);
  }
}

/** The buckets that the store keeps what this stack uses in. */
async function bucketsOf(store: ArtifactStore, stack: string, api: CloudFormationApi): Promise<Set<string>> {
  const place = await api.place();
  const buckets = new Set<string>();
  const front = `arn:${place.partition}:cloudformation:${place.region}:${place.account}:stack/${stack}`;
  for await (const consumer of store.listConsumers()) {
    if (consumer !== front && !consumer.startsWith(`${front}/`)) continue;
    const { references } = await store.consumer(consumer);
    const repositories = new Map(references.map(({ version }) => [version.repository, version]));
    for (const version of repositories.values()) buckets.add((await store.locate(version)).bucket);
  }
  return buckets;
}
