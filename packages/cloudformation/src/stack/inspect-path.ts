import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { quote } from '@holdfast/core';
import type { Packing } from '../table/shapes.js';
import { isWithin } from './project-root.js';
import { systemCode } from './template-file.js';

export interface InspectOptions {
  /** How messages name the path. */
  readonly written: string;
  readonly packing: Packing;
  /** The folder that the path must lie in; absent when it may lie anywhere. */
  readonly root?: string;
}

/** What stands at a path, or why that is not fit. */
export type Inspected =
  | { readonly found: 'file'; readonly real: string; readonly size: number }
  | { readonly found: 'directory'; readonly real: string }
  | { readonly unfit: string; readonly hint?: string };

/** Looks whether a path can be packaged as the property wants. Reads no content. */
export async function inspectPath(
  path: string,
  { written, packing, root }: InspectOptions,
): Promise<Inspected> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() && !stats.isDirectory()) {
      return { unfit: `${quote(written)} is neither a file nor a folder` };
    }
    const real = await realpath(path);
    if (root !== undefined && !isWithin(root, real)) {
      return {
        unfit: `${quote(written)} lies outside of the project ${quote(root)}`,
        hint: 'Allow it with --allow-outside, or move it into the project.',
      };
    }
    if (stats.isFile()) {
      await access(path, constants.R_OK);
      return { found: 'file', real, size: stats.size };
    }
    await access(path, constants.R_OK | constants.X_OK);
    if (packing === 'file' || packing === 'template') {
      const wanted = packing === 'file' ? 'a file' : 'a template';
      return { unfit: `${quote(written)} is a folder, and ${wanted} is wanted` };
    }
    return { found: 'directory', real };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return {
        unfit: `there is nothing at ${quote(written)}`,
        hint: 'Paths are relative to the folder of the template.',
      };
    }
    return { unfit: `${quote(written)} cannot be read (${code ?? 'unknown error'})` };
  }
}
