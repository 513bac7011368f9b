import type { Problem } from '../problems.js';
import type { Node } from '../source/nodes.js';
import type { TemplateSource } from '../source/template-source.js';
import type { ArtifactUse, ArtifactValue } from './types.js';
import type { Packing, Shape } from '../table/shapes.js';

/** Where a value stands, in the reader's terms. */
export interface Place {
  readonly logicalId: string;
  readonly resourceType?: string;
  readonly property: readonly (string | number)[];
  /** Set where CloudFormation takes no intrinsic functions. */
  readonly literalOnly?: true;
  /** The variables of the `Fn::ForEach` loops around it. */
  readonly loopVariables?: readonly string[];
}

/** What is wanted at a place. */
export interface Wanted {
  readonly shape: Shape;
  readonly packing: Packing;
  readonly main?: boolean;
  /** Set where only what cannot be anything else is an artifact. */
  readonly explicit?: boolean;
}

export interface Found {
  readonly place: Place;
  readonly wanted: Wanted;
  readonly value: ArtifactValue;
  readonly id?: string;
  readonly repository?: string;
}

/** Gathers uses and problems while a template is looked through. */
export class Collector {
  readonly uses: ArtifactUse[] = [];
  readonly problems: Problem[] = [];
  readonly #source: TemplateSource;
  readonly #slots = new Set<string>();
  readonly #offsets = new Set<number>();

  constructor(source: TemplateSource) {
    this.#source = source;
  }

  /** Marks a node as looked at. */
  claim(node: Node): void {
    this.#offsets.add(node.outer);
  }

  /** True when the value at this node was looked at already. */
  knows(node: Node): boolean {
    return this.#offsets.has(node.outer);
  }

  use(node: Node, { place, wanted, value, id, repository }: Found): void {
    const property = place.property.join('.');
    const slot = `${place.logicalId}.${property}`;
    this.claim(node);
    if (this.#slots.has(slot)) {
      this.problem(
        node,
        place,
        `a second artifact would have the slot ${slot}`,
        'Give the resource another logical ID.',
      );
      return;
    }
    this.#slots.add(slot);
    this.uses.push({
      slot,
      logicalId: place.logicalId,
      ...(place.resourceType === undefined ? {} : { resourceType: place.resourceType }),
      property,
      value,
      packing: wanted.packing,
      shape: wanted.shape,
      ...(id === undefined ? {} : { id }),
      ...(repository === undefined ? {} : { repository }),
      main: wanted.main ?? false,
      offset: node.outer,
      ...this.#source.place(node.start),
    });
  }

  problem(node: Node, place: Partial<Place>, message: string, hint?: string): void {
    this.claim(node);
    this.problems.push({
      file: this.#source.file,
      ...this.#source.place(node.start),
      ...(place.logicalId === undefined ? {} : { logicalId: place.logicalId }),
      ...(place.property === undefined || place.property.length === 0
        ? {}
        : { property: place.property.join('.') }),
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
