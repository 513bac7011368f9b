import type { Provenance, Version, VersionKey } from '@holdfast/core';
import type { Palette } from './palette.js';
import { renderFields } from './table.js';
import { formatBytes, formatInstant } from './values.js';

/** `payments/api:3`, as commands accept it. */
export function shortName({ id, number }: VersionKey): string {
  return `${id}:${number}`;
}

/** `4f2c1a9 (dirty)`, or nothing when the commit is not known. */
export function shortCommit({ commit, dirty }: Provenance): string {
  return commit === undefined ? '' : `${commit.slice(0, 10)}${dirty ? ' (dirty)' : ''}`;
}

/** Everything that is known of a version, a field a line. */
export function renderVersion(version: Version, palette: Palette): readonly string[] {
  const { provenance } = version;
  const state =
    version.purgeAfter === undefined
      ? version.state
      : `${version.state}, can be restored until ${formatInstant(version.purgeAfter)}`;
  return renderFields(
    [
      ['version', version.arn],
      ['state', state],
      ['digest', version.digest],
      ['tree', version.treeDigest],
      ['size', formatBytes(version.size)],
      ['type', version.mediaType],
      ['published', `${formatInstant(version.publishedAt)} by ${version.publishedBy}`],
      [
        'commit',
        provenance.commit === undefined
          ? undefined
          : `${provenance.commit}${provenance.dirty ? ' (dirty)' : ''}`,
      ],
      ['source', provenance.repositoryUrl],
      ['ci run', provenance.ciRun],
      ['tool', provenance.tool],
      ...Object.entries(version.labels).map(([key, value]) => ['label', `${key}=${value}`] as const),
    ],
    palette,
  );
}
