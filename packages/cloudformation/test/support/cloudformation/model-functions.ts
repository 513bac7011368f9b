import type { StoreIdentity } from '@holdfast/core';
import type { LambdaApi } from '../../../src/lambda/api.js';
import type { ModelStack } from './model-stack.js';
import type { ModelResource } from './templates.js';

interface ModelFunction {
  readonly name: string;
  /** What each published version goes on with, by its number. */
  readonly versions: Map<number, ModelResource>;
}

/** The functions that modelled stacks made, with what was published of them. What is not asked for is not made up. */
export class ModelFunctions {
  readonly #place: StoreIdentity;
  /** Those that exist: made by a stack, or left behind by one. */
  readonly #all = new Map<string, ModelFunction>();
  readonly #byPlace = new Map<string, ModelFunction>();
  /** The names of those that are gone, too: CloudFormation goes on listing them for a stack that was deleted. */
  readonly #names = new Map<string, string>();
  #ids = 0;

  constructor(place: StoreIdentity) {
    this.#place = place;
  }

  nameOf(stack: ModelStack, logicalId: string): string {
    return this.#names.get(placeOf(stack, logicalId)) ?? this.#of(stack, logicalId).name;
  }

  /** What a function had is published, and then it gets another code. */
  publish(stack: ModelStack, logicalId: string, resource: ModelResource): { arn: string; number: number } {
    const { name, versions } = this.#of(stack, logicalId);
    const number = versions.size + 1;
    versions.set(number, resource);
    return { arn: `${this.#arn(name)}:${number}`, number };
  }

  /** The stack lets go of the function, which is deleted with its versions, or stays. Returns its name. */
  release(stack: ModelStack, logicalId: string, { retain }: ModelResource): string {
    const { name } = this.#of(stack, logicalId);
    this.#byPlace.delete(placeOf(stack, logicalId));
    if (!retain) this.#all.delete(name);
    return name;
  }

  /** Another stack has it from now on. */
  move(from: ModelStack, logicalId: string, to: ModelStack, name: string): void {
    const moved = this.#of(from, logicalId);
    this.#byPlace.delete(placeOf(from, logicalId));
    this.#byPlace.set(placeOf(to, name), moved);
    this.#names.set(placeOf(to, name), moved.name);
  }

  /** What published versions that exist go on with. */
  published(): ModelResource[] {
    return [...this.#all.values()].flatMap(({ versions }) => [...versions.values()]);
  }

  exists(arn: string): boolean {
    return [...this.#all.keys()].some((name) => this.#arn(name) === arn);
  }

  /** Lambda, as far as settling asks it. `$LATEST` has a code that is none of the store's: what a stack says of it is the stack's. */
  readonly lambda: Pick<LambdaApi, 'getFunction' | 'listVersions' | 'listAliases' | 'getLayerVersion'> = {
    getFunction: async ({ FunctionName }) => {
      const { name } = this.#find(FunctionName);
      return Promise.resolve({ Configuration: { FunctionArn: this.#arn(name), ...STRANGE } });
    },
    listVersions: async ({ FunctionName }) => {
      const { versions } = this.#find(FunctionName);
      const Versions = [...versions].map(([number, { digest }]) => ({
        Version: String(number),
        CodeSha256: Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64'),
      }));
      return Promise.resolve({ Versions });
    },
    listAliases: () => Promise.resolve({ Aliases: [] }),
    getLayerVersion: () => Promise.reject(new Error('no function has layers')),
  };

  #find(arn: string | undefined): ModelFunction {
    const found = [...this.#all.values()].find(({ name }) => this.#arn(name) === arn);
    if (found !== undefined) return found;
    const gone = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
    throw Object.assign(new Error(`Function not found: ${arn}`), gone);
  }

  /** The function of a logical ID; one that is made anew there is another. */
  #of(stack: ModelStack, logicalId: string): ModelFunction {
    const place = placeOf(stack, logicalId);
    const found = this.#byPlace.get(place);
    if (found !== undefined) return found;
    const made = { name: `${stack.name}-${logicalId}-${(this.#ids += 1)}`, versions: new Map() };
    this.#byPlace.set(place, made);
    this.#names.set(place, made.name);
    this.#all.set(made.name, made);
    return made;
  }

  #arn(name: string): string {
    const { partition, region, account } = this.#place;
    return `arn:${partition}:lambda:${region}:${account}:function:${name}`;
  }
}

const STRANGE = { Version: '$LATEST', CodeSha256: Buffer.alloc(32).toString('base64') };

function placeOf({ id }: ModelStack, logicalId: string): string {
  return `${id} ${logicalId}`;
}
