import { toArtifactId } from '@holdfast/cloudformation';
import { HoldfastError, quote } from '@holdfast/core';
import { isNestedTemplate, type AssemblyStack } from '../assembly/read-assembly.js';
import type { AssetPlan } from '../assembly/types.js';
import { findUses, namedArns, type TokenUse } from '../fill/find-uses.js';

/** A use, with the slot that it has from the stack's own template on. */
export interface StackUse extends TokenUse {
  /** The template's file. */
  readonly file: string;
  /** What stands before the slots of this template: the nested stacks' logical IDs. */
  readonly prefix: string;
}

/** A nested template, and how deep it is nested. */
export interface NestedTemplate {
  readonly file: string;
  readonly depth: number;
}

/** Everything that a stack's templates use, nested ones included. */
export interface StackUses {
  readonly stack: AssemblyStack;
  readonly uses: readonly StackUse[];
  /** The deepest first. */
  readonly nested: readonly NestedTemplate[];
  /** ARNs of published artifacts, by token. */
  readonly arns: ReadonlyMap<string, string>;
}

const MAX_DEPTH = 20;

/** Throws `invalid-input` for a template that uses what the assembly says nothing of. */
export function usesOf(stack: AssemblyStack): StackUses {
  const byToken = new Map(stack.plan.assets.map((asset) => [asset.token, asset]));
  const uses: StackUse[] = [];
  const nested = new Map<string, number>();
  const arns = new Map<string, string>();
  const walk = (file: string, prefix: string, depth: number): void => {
    const template = stack.templates.get(file);
    if (template === undefined || depth > MAX_DEPTH) return;
    for (const [token, arn] of namedArns(template)) arns.set(token, arn);
    for (const use of findUses(template)) {
      uses.push({ ...use, file, prefix });
      const asset = byToken.get(use.token);
      if (asset === undefined || !isNestedTemplate(asset.path) || use.property !== 'TemplateURL') continue;
      nested.set(asset.path, Math.max(depth + 1, nested.get(asset.path) ?? 0));
      walk(asset.path, `${prefix}${use.logicalId ?? ''}/`, depth + 1);
    }
  };
  walk(stack.templateFile, '', 0);
  const unknown = uses.find(({ token }) => !byToken.has(token) && !arns.has(token));
  if (unknown !== undefined) {
    throw new HoldfastError(
      'invalid-input',
      `stack ${quote(stack.path)} uses in ${unknown.prefix}${unknown.slot} an artifact that no stack of the app names`,
      { hint: 'Name it where it is used: with Artifact.fromArn, or as an asset of the stack.' },
    );
  }
  return {
    stack,
    uses,
    arns,
    nested: [...nested].map(([file, depth]) => ({ file, depth })).toSorted((a, b) => b.depth - a.depth),
  };
}

/**
 * The artifact ID of each asset, by token: the prefix, and the construct's own name. Assets of one name, as nested stacks can have,
 * are called by the resource that uses them. The same app gives the same IDs.
 */
export function artifactIds({ stack, uses }: StackUses, prefix: string): Map<string, string> {
  const { assets } = stack.plan;
  const named = Map.groupBy(assets, nameOf);
  return new Map(
    assets.map((asset) => {
      const name = nameOf(asset);
      const use = uses.find(({ token }) => token === asset.token);
      const alone = name !== undefined && named.get(name)?.length === 1;
      const place = use === undefined ? asset.token : `${use.prefix}${use.slot.replaceAll('.', '/')}`;
      return [asset.token, toArtifactId(`${prefix}/${alone ? name : place}`)];
    }),
  );
}

/** The ID of the stack's own template. */
export function templateId(prefix: string): string {
  return toArtifactId(`${prefix}/Template`);
}

function nameOf({ displayName }: AssetPlan): string | undefined {
  return displayName?.replace(/ Nested Stack Template$/, '/Template');
}
