import type { Provenance } from '@holdfast/core';

const COMMIT_KEYS = new Set([
  'commit',
  'commit-id',
  'commit-sha',
  'git-commit',
  'git-sha',
  'gitcommit',
  'git-revision',
  // CodePipeline and CodeBuild put it on the objects that they write.
  'codebuild-source-version',
]);
const REPOSITORY_KEYS = new Set(['repository', 'repository-url', 'git-repository', 'git-url']);

/**
 * Where a code came from, as far as its tags or an object's metadata say so in words that can mean nothing else: a full commit
 * hash under a name for one, and the URL of a repository without user information.
 */
export function provenanceOf(texts: Readonly<Record<string, string>>): Provenance {
  const found: { commit?: string; repositoryUrl?: string } = {};
  for (const [key, value] of Object.entries(texts)) {
    const name = key.toLowerCase().replace(/[_.:/ ]+/g, '-');
    if (COMMIT_KEYS.has(name) && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value)) found.commit ??= value;
    if (REPOSITORY_KEYS.has(name) && /^https:\/\/[^@\s?#]+$/.test(value)) found.repositoryUrl ??= value;
  }
  return found;
}
