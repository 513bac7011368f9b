import { relative, resolve } from 'node:path';
import { findUses, namedArns } from '../fill/find-uses.js';
import { USE_METADATA } from '../placeholders.js';
import type { AssemblyStack } from './read-assembly.js';
import { mapAt, type AssetPlan, type Template } from './types.js';

/**
 * Gives every stack a plan of all that its templates name. A construct of one stack may name an asset or an artifact of another by its
 * location, which CloudFormation knows nothing of: each of them uses it, and publishes and pins it for itself.
 */
export function withSharedAssets(stacks: readonly AssemblyStack[]): AssemblyStack[] {
  const arns = new Map(stacks.flatMap(({ templates }) => [...templates.values()].flatMap(arnsOf)));
  return stacks.map((stack) => {
    const foreign = foreignTokens(stack);
    if (foreign.length === 0) return stack;
    const assets = foreign.flatMap((token) => assetOf(token, stack, stacks) ?? []);
    const named = foreign.flatMap((token) => {
      const arn = arns.get(token);
      return arn === undefined ? [] : [[token, arn] as const];
    });
    return {
      ...stack,
      plan: { ...stack.plan, assets: [...stack.plan.assets, ...assets] },
      templates: withArns(stack, named),
    };
  });
}

/** What the templates name, and the stack's own plan and constructs do not know. */
function foreignTokens({ plan, templates }: AssemblyStack): string[] {
  const known = new Set([
    ...plan.assets.map(({ token }) => token),
    ...[...templates.values()].flatMap((template) => arnsOf(template).map(([token]) => token)),
  ]);
  const named = [...templates.values()].flatMap((template) => findUses(template).map(({ token }) => token));
  return [...new Set(named)].filter((token) => !known.has(token));
}

/** The asset of another stack, as seen from the folder of this one. */
function assetOf(
  token: string,
  { folder }: AssemblyStack,
  stacks: readonly AssemblyStack[],
): AssetPlan | undefined {
  const owners = stacks.flatMap((owner) =>
    owner.plan.assets.filter((asset) => asset.token === token).map((asset) => ({ owner, asset })),
  );
  const here = owners.find(({ owner }) => owner.folder === folder);
  if (here !== undefined) return here.asset;
  // A command is run in the folder of its own manifest.
  const other = owners.find(({ asset }) => asset.executable === undefined);
  if (other === undefined) return undefined;
  return { ...other.asset, path: relative(folder, resolve(other.owner.folder, other.asset.path)) };
}

function withArns(
  { templates, templateFile }: AssemblyStack,
  named: readonly (readonly [string, string])[],
): ReadonlyMap<string, Template> {
  const template = templates.get(templateFile);
  if (named.length === 0 || template === undefined) return templates;
  const uses = Object.fromEntries(named.map(([token, arn]) => [`${USE_METADATA}${token}`, arn]));
  const Metadata = { ...mapAt(template, 'Metadata'), ...uses };
  return new Map(templates).set(templateFile, { ...template, Metadata });
}

function arnsOf(template: Template): [string, string][] {
  return [...namedArns(template)];
}
