import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import { planFile, planText } from './stack-plan.js';
import { readJson, type Assembly, type AssemblyStack } from './read-assembly.js';
import { isMap, mapAt, type JsonMap, type StackPlan } from './types.js';

/** What is written of a stack: filled in when it was published, with placeholders otherwise. */
export interface StackFiles {
  readonly stack: AssemblyStack;
  /** Texts by file name. */
  readonly templates: ReadonlyMap<string, string>;
  readonly plan: StackPlan;
  /** Where CloudFormation finds the template; absent while it is published nowhere. */
  readonly templateUrl?: string;
}

/**
 * Writes an assembly with its stacks as given, into another folder or in its place.
 *
 * Into another folder everything is copied but the file assets of its stacks, which nobody needs any more. A folder that is there is
 * replaced only when it is an assembly. Each file appears whole.
 */
export function writeAssembly(assembly: Assembly, output: string, stacks: readonly StackFiles[]): void {
  const target = resolve(output);
  const here = (file: string): string => join(target, relative(assembly.folder, file));
  if (target !== assembly.folder) copyRest(assembly, target);
  for (const { folder, manifest, assetManifests } of assembly.folders) {
    const artifacts = { ...mapAt(manifest, 'artifacts') };
    for (const { stack, templateUrl } of stacks) {
      if (stack.folder === folder)
        artifacts[stack.artifactId] = withUrl(artifacts[stack.artifactId], templateUrl);
    }
    for (const [file, content] of assetManifests) {
      if (content === undefined) rmSync(here(join(folder, file)), { force: true });
      else writeWhole(here(join(folder, file)), `${JSON.stringify(content, undefined, 2)}\n`);
    }
    writeWhole(here(join(folder, 'manifest.json')), JSON.stringify({ ...manifest, artifacts }, undefined, 2));
  }
  for (const { stack, templates, plan } of stacks) {
    for (const [file, text] of templates) writeWhole(here(join(stack.folder, file)), text);
    writeWhole(here(join(stack.folder, planFile(stack.artifactId))), planText(plan));
  }
}

function withUrl(artifact: JsonMap[string], templateUrl: string | undefined): JsonMap[string] {
  if (!isMap(artifact) || templateUrl === undefined) return artifact;
  const properties = { ...mapAt(artifact, 'properties'), stackTemplateAssetObjectUrl: templateUrl };
  return { ...artifact, properties };
}

function copyRest({ folder, stacks }: Assembly, target: string): void {
  if (existsSync(target)) {
    if (!existsSync(join(target, 'manifest.json')) && readdirSync(target).length > 0) {
      throw new HoldfastError('conflict', `${quote(target)} is there, and is no cloud assembly`, {
        hint: 'Name another folder with --output.',
      });
    }
    rmSync(target, { recursive: true, force: true });
  }
  const assets = new Set(
    stacks.flatMap((stack) => stack.plan.assets.map(({ path }) => resolve(stack.folder, path))),
  );
  const images = imageFolders(stacks, folder);
  const skipped = (path: string): boolean =>
    path === target || (assets.has(path) && !images.has(path) && !path.endsWith('.template.json'));
  mkdirSync(target, { recursive: true });
  cpSync(folder, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !skipped(resolve(path)),
  });
}

/** Folders that images are built from: the CDK's own command needs them. */
function imageFolders(stacks: readonly AssemblyStack[], folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const directory of new Set([folder, ...stacks.map((stack) => stack.folder)])) {
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.assets.json'))) {
      for (const image of Object.values(mapAt(readJson(join(directory, file)), 'dockerImages') ?? {})) {
        const source = isMap(image) ? mapAt(image, 'source')?.['directory'] : undefined;
        if (typeof source === 'string') found.add(resolve(directory, source));
      }
    }
  }
  return found;
}

function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw new HoldfastError('unavailable', `${quote(file)} could not be written`, { cause });
  }
}
