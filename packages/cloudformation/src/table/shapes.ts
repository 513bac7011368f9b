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
export interface ObjectShape extends Endings {
  readonly form: 'object';
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
  /** Set where the bucket is named by its ARN. */
  readonly bucketArn?: true;
  /** The key that takes `REFERENCE`, where Lambda can run the code straight from the bucket. */
  readonly storageMode?: string;
}

/**
 * What a property wants where a path stood.
 *
 * - `uri`: `s3://bucket/key`
 * - `url`: `https://…/bucket/key`
 * - `objectArn`: `arn:aws:s3:::bucket/key`
 * - `bucketPath`: `bucket/key`
 * - `arn`: the version's ARN; `bucket`, `key`, `digest`: that alone, as text
 */
export type Shape =
  | ObjectShape
  | LocationShape
  | ({ readonly form: 'key' } & Endings)
  | { readonly form: 'arn' }
  | { readonly form: 'bucket' }
  | { readonly form: 'digest' };

/** Of a shape that names a key. */
export interface Endings {
  /** The service takes only a key that ends in one of these; the first counts where nothing speaks for another. */
  readonly endings?: readonly string[];
}

export interface LocationShape extends Endings {
  readonly form: 'uri' | 'url' | 'objectArn' | 'bucketPath';
  /**
   * Present where literal text must stand, because the tool that reads the property takes no intrinsic function.
   *
   * - `safe`: no deletion tool reads the property, or none can make a bucket and key of the text
   * - `deletable`: `sam delete` finds bucket and key in it and deletes what is there; written only when asked for
   */
  readonly literal?: 'safe' | 'deletable';
}

/** What keys must end in; empty where any key will do. */
export function endingsOf(shape: Shape): readonly string[] {
  return ('endings' in shape ? shape.endings : undefined) ?? [];
}

/** False where only the ARN or the digest is written, which need no place that AWS reads from. */
export function needsLocation({ form }: Shape): boolean {
  return form !== 'arn' && form !== 'digest';
}
