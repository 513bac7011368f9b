import { createHash } from 'node:crypto';
import type { Digest } from '../../arn/index.js';
import type { VersionKey } from '../../model.js';
import type { ArtifactStore } from '../../store/artifact-store.js';

/** The names that histories use. Few, so that steps meet each other. */
export const NAMES = {
  ids: ['a', 'a/b'],
  contents: ['red', 'green', 'blue'],
  bookmarks: ['prod', 'test'],
  consumers: ['shop', 'blog', 'unborn'],
  deployments: ['d1', 'd2'],
  slots: ['Api.Code', 'Job.Code'],
} as const;

/** A clock that stands until it is turned; stores of a history are opened with it. */
export class SteppedClock {
  now = Date.UTC(2026, 0, 1);
  readonly read = (): Date => new Date(this.now);
}

/** Where a history plays: a repository of its own, seen through two handles. */
export interface Scene {
  readonly stores: readonly [ArtifactStore, ArtifactStore];
  readonly clock: SteppedClock;
  readonly repository: string;
  readonly recoveryWindowMs: number;
}

export function bytesOf(content: string): Buffer {
  return Buffer.from(`the content ${content}`);
}

const digests = new Map(
  NAMES.contents.map((content) => [
    `sha256:${createHash('sha256').update(bytesOf(content)).digest('hex')}`,
    content as string,
  ]),
);

/** The short name of a content. */
export function contentNamed(digest: Digest): string {
  return digests.get(digest) ?? digest;
}

/** A consumer's ARN; consumers belong to no repository, so the name of one keeps histories apart. */
export function consumerArn({ repository }: Scene, consumer: string): string {
  return `arn:aws:cloudformation:local:000000000000:stack/${repository}/${consumer}`;
}

export function consumerNamed(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

export function versionKey(
  { repository }: Scene,
  { id, number }: { id: string; number: number },
): VersionKey {
  return { repository, id, number };
}
