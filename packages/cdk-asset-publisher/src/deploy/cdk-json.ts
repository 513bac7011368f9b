import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';

/** What of a project's `cdk.json` matters here. */
export interface CdkJson {
  readonly app?: string;
  /** The AWS profile that `cdk` uses. */
  readonly profile?: string;
  readonly region?: string;
}

/**
 * The settings of a project as the CDK's command finds them: its `cdk.json`, and `~/.cdk.json` for what that does not say. Throws
 * `invalid-input` for a file that is no JSON.
 */
export function readCdkJson({ cwd, home }: { readonly cwd: string; readonly home: string }): CdkJson {
  return { ...readFile(join(home, '.cdk.json')), ...readFile(join(cwd, 'cdk.json')) };
}

function readFile(file: string): CdkJson {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    throw new HoldfastError('unavailable', `${quote(file)} could not be read`, { cause });
  }
  let values: Record<string, unknown>;
  try {
    values = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new HoldfastError('invalid-input', `${quote(file)} is no valid JSON`, { cause });
  }
  const texts = ['app', 'profile', 'region'].filter((key) => typeof values[key] === 'string');
  return Object.fromEntries(texts.map((key) => [key, values[key] as string]));
}
