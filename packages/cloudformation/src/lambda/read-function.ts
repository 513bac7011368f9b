import type { FunctionConfiguration, GetFunctionResponse, ResolvedS3Object } from '@aws-sdk/client-lambda';
import { HoldfastError, type Digest } from '@holdfast/core';
import { doubtOf } from '../evidence/read-evidence.js';
import { itemsOf } from '../evidence/pages.js';
import type { Doubt } from '../evidence/types.js';
import type { LambdaApi } from './api.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { askFor } from './failures.js';
import { functionConsumer } from './names.js';
import { readLayers } from './read-layer.js';

/** A code that a function runs, or can be made to run. */
export interface FunctionCode {
  /** `$LATEST.Code`, `3.Code`, `3.Layers.<layer>:<version>`. */
  readonly slot: string;
  /** `$LATEST` or the number of a published version. */
  readonly functionVersion: string;
  /** Absent for an image, and where Lambda does not say. */
  readonly digest?: Digest;
  /** Present for a layer. */
  readonly layer?: string;
  readonly image?: true;
}

/** What Lambda says of one function: data only, so that what follows from it is decided without asking anyone. */
export interface FunctionEvidence {
  /** Without a qualifier. */
  readonly arn: string;
  readonly codes: readonly FunctionCode[];
  /** The versions that each alias leads to: two while it shifts traffic. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly tags: Readonly<Record<string, string>>;
  /** The object that Lambda reads the code from. Present: the function is in the storage mode `REFERENCE`. */
  readonly resolved?: ResolvedS3Object;
  /** False while an update is under way, and after one that failed: then the code that is named may not be the one that runs. */
  readonly atRest: boolean;
  /** Slots of which nobody knows what they hold. */
  readonly unknown: readonly (Doubt & { readonly slot: string })[];
  /** What could not be read at all. */
  readonly doubts: readonly Doubt[];
}

/** The function's `$LATEST` as Lambda describes it; undefined for a definite absence. Throws `access-denied` and `unavailable`. */
export async function describeFunction(
  api: LambdaApi,
  name: string,
): Promise<(GetFunctionResponse & { readonly arn: string }) | undefined> {
  const answer = await askFor(`describe the function ${name}`, () => api.getFunction({ FunctionName: name }));
  if (answer === undefined) return undefined;
  const arn = answer.Configuration?.FunctionArn;
  if (arn === undefined) throw new HoldfastError('unavailable', `Lambda did not say what ${name} is`);
  return { ...answer, arn: functionConsumer(arn) };
}

/**
 * Reads a function with its published versions, aliases and layers; undefined for a definite absence. What could not be read is
 * in `doubts` and `unknown`. Throws `access-denied` and `unavailable` when the function itself could not be read.
 */
export async function readFunction(api: LambdaApi, name: string): Promise<FunctionEvidence | undefined> {
  const described = await describeFunction(api, name);
  if (described === undefined) return undefined;
  const { arn, Configuration: latest = {}, Tags: tags = {}, Code: code } = described;
  const doubts: Doubt[] = [];
  const attempt = async <T>(what: string, part: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await part();
    } catch (error) {
      doubts.push(doubtOf(error, what));
      return otherwise;
    }
  };
  const versions = await attempt('list its versions', () => listVersions(api, arn), []);
  const aliases = await attempt('list its aliases', () => listAliases(api, arn), new Map());
  // A listing that is newer than the description may show another code: both count.
  const configurations = [latest, ...versions];
  const layers = await readLayers(api, layersOf(configurations));
  const codes = new Map<string, FunctionCode>();
  const unknown = new Map<string, Doubt & { readonly slot: string }>();
  for (const configuration of configurations) {
    for (const found of codesOf(configuration)) {
      const layer = found.layer === undefined ? undefined : layers.get(found.layer);
      const digest = found.digest ?? layer?.digest;
      if (digest === undefined && found.image !== true) {
        unknown.set(found.slot, { slot: found.slot, ...reasonOf(layer) });
      }
      codes.set(`${found.slot} ${digest ?? ''}`, { ...found, ...(digest === undefined ? {} : { digest }) });
    }
  }
  return {
    arn,
    codes: [...codes.values()],
    aliases,
    tags,
    ...(code?.ResolvedS3Object === undefined ? {} : { resolved: code.ResolvedS3Object }),
    atRest: isAtRest(latest),
    unknown: [...unknown.values()],
    doubts,
  };
}

/** Whether no update is under way and the last one did not fail. An older answer without a status is of a function at rest. */
export function isAtRest({ LastUpdateStatus: status }: FunctionConfiguration): boolean {
  return status === undefined || status === 'Successful';
}

function codesOf(configuration: FunctionConfiguration): FunctionCode[] {
  const { Version: functionVersion = '$LATEST', CodeSha256, PackageType, Layers = [] } = configuration;
  const image = PackageType === 'Image';
  const digest = image ? undefined : digestOfCodeSha256(CodeSha256);
  const code: FunctionCode = {
    slot: `${functionVersion}.Code`,
    functionVersion,
    ...(digest === undefined ? {} : { digest }),
    ...(image ? { image } : {}),
  };
  const layers = Layers.flatMap(({ Arn: layer }) => {
    if (layer === undefined) return [];
    const name = layer.split(':').slice(6).join(':');
    return [{ slot: `${functionVersion}.Layers.${name}`, functionVersion, layer }];
  });
  return [code, ...layers];
}

function layersOf(configurations: readonly FunctionConfiguration[]): Set<string> {
  return new Set(configurations.flatMap(({ Layers = [] }) => Layers.flatMap(({ Arn }) => Arn ?? [])));
}

function reasonOf(layer: { readonly doubt?: Doubt } | undefined): Doubt {
  return layer?.doubt ?? { code: 'unavailable', message: 'Lambda does not say which code this is' };
}

async function listVersions(api: LambdaApi, arn: string): Promise<FunctionConfiguration[]> {
  const found: FunctionConfiguration[] = [];
  const versions = itemsOf(async (Marker) => {
    const page = await askFor(`list the versions of ${arn}`, () =>
      api.listVersions({ FunctionName: arn, ...(Marker === undefined ? {} : { Marker }) }),
    );
    return { items: page?.Versions ?? [], next: page?.NextMarker };
  });
  for await (const version of versions) found.push(version);
  return found;
}

async function listAliases(api: LambdaApi, arn: string): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const aliases = itemsOf(async (Marker) => {
    const page = await askFor(`list the aliases of ${arn}`, () =>
      api.listAliases({ FunctionName: arn, ...(Marker === undefined ? {} : { Marker }) }),
    );
    return { items: page?.Aliases ?? [], next: page?.NextMarker };
  });
  for await (const { Name, FunctionVersion, RoutingConfig } of aliases) {
    const others = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {});
    if (Name !== undefined)
      found.set(Name, [...(FunctionVersion === undefined ? [] : [FunctionVersion]), ...others]);
  }
  return found;
}
