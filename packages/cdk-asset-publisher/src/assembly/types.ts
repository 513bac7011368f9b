/** JSON as it is parsed. */
export type Json = null | boolean | number | string | Json[] | JsonMap;
export interface JsonMap {
  [key: string]: Json | undefined;
}

/** A CloudFormation template as data. */
export type Template = JsonMap;

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map below a key; undefined when something else stands there. */
export function mapAt(map: JsonMap | undefined, key: string): JsonMap | undefined {
  const value = map?.[key];
  return isMap(value) ? value : undefined;
}

/** One file or folder that a stack's template names, and where it goes. */
export interface AssetPlan {
  /** What its placeholders carry. */
  readonly token: string;
  /** From the folder of the manifest. */
  readonly path: string;
  /** `zip`: a folder that becomes a zip; `file`: a file as it is. */
  readonly packaging: 'zip' | 'file';
  /** The construct that made it, as the CDK names it. */
  readonly displayName?: string;
  /** Prints the path of a file to publish; run in the folder of the manifest. */
  readonly executable?: readonly string[];
}

/** What is written beside a stack's template as `<artifact ID>.artifacts.json`. */
export interface StackPlan {
  readonly version: 1;
  readonly repository?: string;
  readonly storageMode?: 'copy' | 'reference';
  readonly assets: readonly AssetPlan[];
  /** Absent until the artifacts are published and the template says where they lie. */
  readonly published?: PublishedStack;
}

/** What became of a plan. */
export interface PublishedStack {
  /** Where CloudFormation finds the stack's template, as the manifest has it. */
  readonly templateUrl: string;
  readonly artifacts: readonly PublishedUse[];
  /** What its versions were pinned under; absent when they were not. */
  readonly deployment?: string;
}

/** A version that the stack is going to use. */
export interface PublishedUse {
  /** `LogicalId.Property.Path`; inside of nested templates with the nested stack's logical ID and `/` before it. */
  readonly slot: string;
  /** A version's ARN. */
  readonly version: string;
  /** The ARN of the bookmark that led to it. */
  readonly bookmark?: string;
}

/** A stack's environment; a part that only the deployment decides is absent. */
export interface Environment {
  readonly account?: string;
  readonly region?: string;
}
