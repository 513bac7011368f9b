import type { Endings } from './shapes.js';

/** A row of the table that is generated from the resource specification. */
export interface ServiceRow {
  readonly type: string;
  /** The path below `Properties`, joined by dots; `*` stands for any key of a map or any item of a list. */
  readonly path: string;
  readonly shape: ServiceShape;
  readonly packing: 'file' | 'any';
  /** The row counts only where the nearest map around the value has this key with this text. */
  readonly when?: { readonly key: string; readonly equals: string };
}

/** The shapes that the specification's properties have; each is a shape of the artifact table too. */
export type ServiceShape = Endings & ServiceForm;

type ServiceForm =
  | {
      readonly form: 'object';
      readonly bucket: string;
      readonly key: string;
      readonly version?: string;
      readonly bucketArn?: true;
    }
  | { readonly form: 'uri' | 'url' | 'objectArn' | 'bucketPath' };
