import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Provenance } from '../model.js';
import { findCiRun } from './ci-runs.js';
import { askGit } from './git.js';
import { publicRemoteUrl } from './remote-url.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ProvenanceOptions {
  /** The environment that tells of CI; this process's by default. */
  readonly env?: Environment;
  /** The publishing tool and its version, such as `holdfast/1.2.0`. */
  readonly tool?: string;
}

/**
 * Finds out where the file or folder at `path` comes from: its git work tree and the CI run. Without a path, for content
 * that was made elsewhere, only the CI run is looked for.
 *
 * Never throws: what cannot be found is left out. Nothing that comes back holds credentials or a path of this machine.
 */
export async function findProvenance(
  path: string | undefined,
  options: ProvenanceOptions = {},
): Promise<Provenance> {
  const env = options.env ?? process.env;
  const ciRun = findCiRun(env);
  return {
    ...(path === undefined ? {} : await findGitState(path, env)),
    ...(ciRun === undefined ? {} : { ciRun }),
    ...(options.tool === undefined ? {} : { tool: options.tool }),
  };
}

async function findGitState(path: string, env: Environment): Promise<Provenance> {
  const dir = await folderOf(path);
  if (dir === undefined) return {};
  const [head, status, remote] = await Promise.all([
    askGit(dir, ['rev-parse', '--verify', '--end-of-options', 'HEAD^{commit}'], env),
    askGit(dir, ['status', '--porcelain'], env),
    askGit(dir, ['config', '--get', 'remote.origin.url'], env),
  ]);
  const commit = head?.trim();
  if (commit === undefined || commit === '') return {};
  const repositoryUrl = remote === undefined ? undefined : publicRemoteUrl(remote);
  return {
    commit,
    ...(status === undefined ? {} : { dirty: status !== '' }),
    ...(repositoryUrl === undefined ? {} : { repositoryUrl }),
  };
}

async function folderOf(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? path : dirname(resolve(path));
  } catch {
    return undefined;
  }
}
