import type { Problem } from '../problems.js';
import type { Packing, Shape } from '../table/shapes.js';

/** What stands where an artifact is wanted: a local path relative to the template's folder, or a Holdfast ARN. */
export type ArtifactValue =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'arn'; readonly arn: string };

/** One place of a template that uses an artifact. */
export interface ArtifactUse {
  /** `LogicalId.Property.Path`; unique within the template. */
  readonly slot: string;
  /** The resource's logical ID, or the section's name outside of resources, such as `Globals`. */
  readonly logicalId: string;
  /** Absent outside of resources. */
  readonly resourceType?: string;
  /** The path below `Properties`, or below the section outside of resources. */
  readonly property: string;
  readonly value: ArtifactValue;
  readonly packing: Packing;
  readonly shape: Shape;
  /** The artifact ID that the template asks for (`Fn::Artifact` with `Id`). */
  readonly id?: string;
  /** The repository that the template asks for (`Fn::Artifact` with `Repository`). */
  readonly repository?: string;
  /** True when the resource has no other artifact property, so that its artifact ID needs only the logical ID. */
  readonly main: boolean;
  /** Where the value begins: an index into the text. Uses with one offset are one value reached through an alias. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** What a template uses, and everything that is wrong with it. */
export interface ArtifactPlan {
  readonly file: string;
  readonly uses: readonly ArtifactUse[];
  readonly problems: readonly Problem[];
}
