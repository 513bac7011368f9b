import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isHoldfastError, quote } from '@holdfast/core';
import { findArtifacts } from '../plan/find-artifacts.js';
import type { ArtifactPlan, ArtifactUse } from '../plan/types.js';
import { templateError, type Problem } from '../problems.js';
import { artifactIdOf, toArtifactId } from './artifact-ids.js';
import { readTemplateFile, systemCode } from './template-file.js';

export interface PlanOptions {
  /** The template's file. Paths in it are relative to its folder. */
  readonly file: string;
  readonly stackName: string;
  /** What artifact IDs begin with; the stack's name when absent. */
  readonly idPrefix?: string;
  /** Whether locations may be written that `sam delete` parses, where a property takes nothing else. False when absent. */
  readonly literalLocations?: boolean;
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
  const prefix = options.idPrefix ?? options.stackName;
  const planned = await planText(text, options.file, prefix, [await realpath(options.file)], problems);
  if (options.literalLocations !== true) problems.push(...deletableLiterals(planned));
  if (problems.length > 0) throw templateError(problems);
  return planned;
}

async function planText(
  text: string,
  file: string,
  prefix: string,
  parents: readonly string[],
  problems: Problem[],
): Promise<PlannedTemplate> {
  const plan = findArtifacts(text, { file });
  problems.push(...plan.problems);
  const items: PlannedUse[] = [];
  for (const use of plan.uses) {
    if (use.value.kind === 'arn') items.push({ use });
    else items.push(await planPath(use, use.value.path, file, prefix, parents, problems));
  }
  return { file, text, plan, items };
}

async function planPath(
  use: ArtifactUse,
  written: string,
  file: string,
  prefix: string,
  parents: readonly string[],
  problems: Problem[],
): Promise<PlannedUse> {
  const path = resolve(dirname(file), written);
  const planned = { use, id: artifactIdOf(use, prefix), path };
  const problem = (message: string, hint?: string): PlannedUse => {
    const { line, column, logicalId, property } = use;
    problems.push({
      file,
      line,
      column,
      logicalId,
      property,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
    return planned;
  };
  let found: 'file' | 'directory';
  try {
    const stats = await stat(path);
    if (!stats.isFile() && !stats.isDirectory())
      return problem(`${quote(written)} is neither a file nor a folder`);
    found = stats.isFile() ? 'file' : 'directory';
    await access(path, constants.R_OK);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return problem(
        `there is nothing at ${quote(written)}`,
        'Paths are relative to the folder of the template.',
      );
    }
    return problem(`${quote(written)} cannot be read (${code ?? 'unknown error'})`);
  }
  if (found === 'directory' && (use.packing === 'file' || use.packing === 'template')) {
    return problem(
      `${quote(written)} is a folder, and ${use.packing === 'file' ? 'a file' : 'a template'} is wanted`,
    );
  }
  if (use.packing !== 'template') return { ...planned, found };

  const real = await realpath(path);
  if (parents.includes(real))
    return problem(`${quote(written)} is the template itself or one that it is nested in`);
  if (parents.length >= 20) return problem(`${quote(written)} is nested more than 20 templates deep`);
  try {
    const text = await readTemplateFile(path);
    const child = await planText(
      text,
      path,
      toArtifactId(`${prefix}/${use.logicalId}`),
      [...parents, real],
      problems,
    );
    return { ...planned, found, child };
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return problem(error.message, error.hint);
  }
}

/** What would be written as text that `sam delete` takes for its own. */
function deletableLiterals({ file, items }: PlannedTemplate): Problem[] {
  return items.flatMap(({ use, child }) => {
    const inner = child === undefined ? [] : deletableLiterals(child);
    if (!('literal' in use.shape) || use.shape.literal !== 'deletable') return inner;
    const { line, column, logicalId, property } = use;
    const message =
      'SAM takes only a literal s3:// location here, and "sam delete" would delete what it names';
    const hint =
      'Use the AWS::AppSync types, or allow literal locations for stacks that "sam delete" is never run on.';
    return [{ file, line, column, logicalId, property, message, hint }, ...inner];
  });
}
