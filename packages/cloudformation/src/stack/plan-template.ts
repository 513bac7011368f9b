import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isHoldfastError, quote } from '@holdfast/core';
import { findArtifacts } from '../plan/find-artifacts.js';
import type { ArtifactPlan, ArtifactUse } from '../plan/types.js';
import { problemAt, templateError, type Problem } from '../problems.js';
import { artifactIdOf, nestedPrefix } from './artifact-ids.js';
import { inspectPath } from './inspect-path.js';
import { findProjectRoot } from './project-root.js';
import { readTemplateFile } from './template-file.js';
import { unfitUses } from './unfit-uses.js';

export interface PlanOptions {
  /** The template's file. Paths in it are relative to its folder. */
  readonly file: string;
  readonly stackName: string;
  /** What artifact IDs begin with; the stack's name when absent. */
  readonly idPrefix?: string;
  /** Whether locations may be written that `sam delete` parses, where a property takes nothing else. False when absent. */
  readonly literalLocations?: boolean;
  /**
   * Whether paths may lead out of the project: the nearest folder above the template with a `.git`, `holdfast.yaml` or
   * `samconfig.toml`, the template's own otherwise. False when absent.
   */
  readonly allowOutside?: boolean;
}

/** A use with what will happen to it. */
export interface PlannedUse {
  readonly use: ArtifactUse;
  /** The artifact to publish to; absent for an ARN. */
  readonly id?: string;
  /** The absolute path; absent for an ARN. */
  readonly path?: string;
  /** What stands at the path. */
  readonly found?: 'file' | 'directory';
  /** Bytes, of a file. */
  readonly size?: number;
  /** The plan of a nested template. */
  readonly child?: PlannedTemplate;
}

export interface PlannedTemplate {
  readonly file: string;
  readonly text: string;
  readonly plan: ArtifactPlan;
  readonly items: readonly PlannedUse[];
}

/**
 * Reads a template and its nested ones and says what packaging would do. Touches nothing.
 * Throws one `invalid-input` error with the problems of all of them, missing and unfit paths included.
 */
export async function planTemplate(options: PlanOptions): Promise<PlannedTemplate> {
  const problems: Problem[] = [];
  const text = await readTemplateFile(options.file);
  const root = options.allowOutside === true ? undefined : await findProjectRoot(options.file);
  const planning: Planning = { problems, ...(root === undefined ? {} : { root }) };
  const prefix = options.idPrefix ?? options.stackName;
  const planned = await planText(text, options.file, prefix, [await realpath(options.file)], planning);
  problems.push(...unfitUses(planned, options.literalLocations === true));
  if (problems.length > 0) throw templateError(problems.toSorted(byPlace));
  return planned;
}

/** By file, and in each by place. */
function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

interface Planning {
  /** Gathers what is wrong in any of the templates. */
  readonly problems: Problem[];
  readonly root?: string;
}

async function planText(
  text: string,
  file: string,
  prefix: string,
  parents: readonly string[],
  planning: Planning,
): Promise<PlannedTemplate> {
  const plan = findArtifacts(text, { file });
  planning.problems.push(...plan.problems);
  const items: PlannedUse[] = [];
  for (const use of plan.uses) {
    if (use.value.kind === 'arn') items.push({ use });
    else items.push(await planPath(use, use.value.path, file, prefix, parents, planning));
  }
  return { file, text, plan, items };
}

async function planPath(
  use: ArtifactUse,
  written: string,
  file: string,
  prefix: string,
  parents: readonly string[],
  planning: Planning,
): Promise<PlannedUse> {
  const path = resolve(dirname(file), written);
  const planned = { use, id: artifactIdOf(use, prefix), path };
  const problem = (message: string, hint?: string): PlannedUse => {
    planning.problems.push(problemAt(file, use, message, hint));
    return planned;
  };
  const { root } = planning;
  const options = { written, packing: use.packing, ...(root === undefined ? {} : { root }) };
  const inspected = await inspectPath(path, options);
  if ('unfit' in inspected) return problem(inspected.unfit, inspected.hint);
  const { real, ...found } = inspected;
  if (use.packing !== 'template') return { ...planned, ...found };

  if (parents.includes(real))
    return problem(`${quote(written)} is the template itself or one that it is nested in`);
  if (parents.length >= 20) return problem(`${quote(written)} is nested more than 20 templates deep`);
  try {
    const text = await readTemplateFile(path);
    const child = await planText(text, path, nestedPrefix(use, prefix), [...parents, real], planning);
    return { ...planned, ...found, child };
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return problem(error.message, error.hint);
  }
}
