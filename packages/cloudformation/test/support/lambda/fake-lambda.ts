import { createHash, randomUUID } from 'node:crypto';
import type {
  AliasConfiguration,
  FunctionConfiguration,
  ResolvedS3Object,
  UpdateFunctionCodeRequest,
} from '@aws-sdk/client-lambda';
import type { StoreIdentity } from '@holdfast/core';
import type { LambdaApi } from '../../../src/lambda/api.js';

export const PLACE: StoreIdentity = { partition: 'aws', region: 'eu-west-1', account: '123456789012' };

/** What a published version, or `$LATEST`, is. */
interface Made {
  readonly configuration: FunctionConfiguration;
  readonly zip: Buffer;
}

export interface FakeFunction {
  readonly versions: Map<string, Made>;
  readonly aliases: AliasConfiguration[];
  readonly tags: Record<string, string>;
  resolved?: ResolvedS3Object;
}

export function sha256Of(zip: Uint8Array): string {
  return createHash('sha256').update(zip).digest('base64');
}

class ResourceNotFoundException extends Error {
  override readonly name = 'ResourceNotFoundException';
  readonly $metadata = { httpStatusCode: 404 };
}

/** As AWS refuses it. */
export function refusal(name: string, httpStatusCode = 403): Error {
  return Object.assign(new Error('refused'), { name, $metadata: { httpStatusCode } });
}

/** Lambda in memory, in the small: as much as is asked of it here. Lists come two at a time. */
export class FakeLambda implements LambdaApi {
  readonly functions = new Map<string, FakeFunction>();
  readonly layers = new Map<string, Buffer>();
  readonly updates: UpdateFunctionCodeRequest[] = [];
  /** Objects that an update can name: `bucket/key`. */
  readonly objects = new Map<string, Buffer>();
  /** Called before each call; what it throws is the answer. */
  fault: (call: keyof LambdaApi, input: object) => void = () => undefined;
  /** How many looks at a function see an update under way. */
  updatingFor = 0;

  arnOf(name: string): string {
    return `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
  }

  /** Makes a function, as any tool would. */
  create(name: string, zip: Buffer, more: Partial<FunctionConfiguration> = {}): FakeFunction {
    const made: FakeFunction = { versions: new Map(), aliases: [], tags: {} };
    made.versions.set('$LATEST', this.#made(name, '$LATEST', zip, more));
    this.functions.set(name, made);
    return made;
  }

  /** Publishes what `$LATEST` is as a version. */
  publish(name: string): string {
    const { versions } = this.functions.get(name)!;
    const number = String(versions.size);
    const { configuration, zip } = versions.get('$LATEST')!;
    versions.set(number, { configuration: { ...configuration, Version: number }, zip });
    return number;
  }

  #made(name: string, Version: string, zip: Buffer, more: Partial<FunctionConfiguration>): Made {
    const configuration: FunctionConfiguration = {
      FunctionName: name,
      FunctionArn: this.arnOf(name),
      Version,
      CodeSha256: sha256Of(zip),
      PackageType: 'Zip',
      LastUpdateStatus: 'Successful',
      RevisionId: randomUUID(),
      ...more,
    };
    return { configuration, zip };
  }

  #find(input: { FunctionName?: string | undefined }): FakeFunction {
    const name = (input.FunctionName ?? '').split(':').at(-1) ?? '';
    const found = this.functions.get(name);
    if (found === undefined) throw new ResourceNotFoundException(`Function not found: ${name}`);
    return found;
  }

  #answer<T extends object>(call: keyof LambdaApi, input: object, answer: () => T): Promise<T> {
    return Promise.resolve().then(() => {
      this.fault(call, input);
      return answer();
    });
  }

  getFunction: LambdaApi['getFunction'] = (input) =>
    this.#answer('getFunction', input, () => {
      const found = this.#find(input);
      const version = input.Qualifier ?? '$LATEST';
      const made = found.versions.get(version);
      if (made === undefined) throw new ResourceNotFoundException(version);
      let { configuration } = made;
      if (this.updatingFor > 0) {
        this.updatingFor -= 1;
        configuration = { ...configuration, LastUpdateStatus: 'InProgress' };
      }
      const Location = `https://lambda.test/${configuration.FunctionName ?? ''}/${version}?X-Amz-Signature=secret`;
      const Code = {
        Location,
        ...(found.resolved === undefined ? {} : { ResolvedS3Object: found.resolved }),
      };
      return { Configuration: configuration, Code, Tags: found.tags };
    });

  listVersions: LambdaApi['listVersions'] = (input) =>
    this.#answer('listVersions', input, () => {
      const all = [...this.#find(input).versions.values()].map(({ configuration }) => configuration);
      const { items, next } = page(all, input.Marker);
      return { Versions: items, ...next };
    });

  listAliases: LambdaApi['listAliases'] = (input) =>
    this.#answer('listAliases', input, () => {
      const { items, next } = page(this.#find(input).aliases, input.Marker);
      return { Aliases: items, ...next };
    });

  listFunctions: LambdaApi['listFunctions'] = (input) =>
    this.#answer('listFunctions', input, () => {
      const all = [...this.functions.values()].flatMap(({ versions }) =>
        [...versions.values()].map(({ configuration }) => ({
          ...configuration,
          FunctionArn: `${configuration.FunctionArn ?? ''}:${configuration.Version ?? ''}`,
        })),
      );
      const { items, next } = page(all, input.Marker);
      return { Functions: items, ...next };
    });

  getLayerVersion: LambdaApi['getLayerVersion'] = (input) =>
    this.#answer('getLayerVersion', input, () => {
      const zip = this.layers.get(input.Arn ?? '');
      if (zip === undefined) throw new ResourceNotFoundException(input.Arn);
      const Location = `https://lambda.test/layer/${encodeURIComponent(input.Arn ?? '')}`;
      return { LayerVersionArn: input.Arn, Content: { CodeSha256: sha256Of(zip), Location } };
    });

  updateFunctionCode: LambdaApi['updateFunctionCode'] = (input) =>
    this.#answer('updateFunctionCode', input, () => {
      this.updates.push(input);
      const found = this.#find(input);
      const { configuration } = found.versions.get('$LATEST')!;
      if (input.RevisionId !== undefined && input.RevisionId !== configuration.RevisionId) {
        throw refusal('PreconditionFailedException', 412);
      }
      const zip = this.objects.get(`${input.S3Bucket ?? ''}/${input.S3Key ?? ''}`);
      if (zip === undefined) throw refusal('InvalidParameterValueException', 400);
      const name = configuration.FunctionName ?? '';
      found.versions.set('$LATEST', this.#made(name, '$LATEST', zip, {}));
      // Lambda goes back to COPY unless it is told otherwise.
      if (input.S3ObjectStorageMode === 'REFERENCE') {
        found.resolved = { S3Bucket: input.S3Bucket, S3Key: input.S3Key };
      } else delete found.resolved;
      if (input.Publish === true) this.publish(name);
      return found.versions.get('$LATEST')!.configuration;
    });

  /** Follows the links that it gives out. */
  fetch = (url: string): Promise<Response> => {
    const [, first = '', second = ''] = new URL(url).pathname.split('/');
    const zip =
      first === 'layer'
        ? this.layers.get(decodeURIComponent(second))
        : this.functions.get(first)?.versions.get(decodeURIComponent(second))?.zip;
    return Promise.resolve(
      new Response(zip === undefined ? null : new Uint8Array(zip), { status: zip ? 200 : 403 }),
    );
  };

  close = (): void => undefined;
}

function page<Item>(
  all: readonly Item[],
  marker: string | undefined,
): { items: Item[]; next: { NextMarker?: string } } {
  const from = Number(marker ?? 0);
  const items = all.slice(from, from + 2);
  return { items, next: from + 2 < all.length ? { NextMarker: String(from + 2) } : {} };
}
