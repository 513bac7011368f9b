/**
 * How a local path becomes bytes.
 *
 * - `archive`: a directory as a zip; a single file as a zip of that file, unless it is an archive already
 * - `file`: a file as it is
 * - `any`: a file as it is, a directory as a zip
 * - `template`: a child template, packaged before its parent
 */
export type Packing = 'archive' | 'file' | 'any' | 'template';

/** An object whose keys hold bucket, key and, where the property has a place for it, the object's version. */
export interface ObjectShape {
  readonly form: 'object';
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
  /** The key that takes `REFERENCE`, where Lambda can run the code straight from the bucket. */
  readonly storageMode?: string;
}

/**
 * What a property wants where a path stood.
 *
 * - `uri`: `s3://bucket/key`
 * - `url`: `https://…/bucket/key`
 * - `arn`: the version's ARN; `bucket`, `key`, `digest`: that alone, as text
 */
export type Shape = ObjectShape | { readonly form: 'uri' | 'url' | 'arn' | 'bucket' | 'key' | 'digest' };
