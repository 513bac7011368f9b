import { createHash } from 'node:crypto';
import type { Location } from '@holdfast/core';
import type { ArtifactPlan, PlacedArtifact } from '../../src/index.js';

/** Artifacts for every slot of a plan, with contents that depend on the value: one region, an object version each. */
export function placeAll(
  plan: ArtifactPlan,
  locate: (key: string) => Location[] = (key) => [
    { region: 'eu-west-1', bucket: 'artifacts-bucket', key, objectVersion: `v-${key.slice(-4)}` },
  ],
): Map<string, PlacedArtifact> {
  return new Map(
    plan.uses.map((use) => {
      const written = use.value.kind === 'path' ? use.value.path : use.value.arn;
      const hex = createHash('sha256').update(written).digest('hex');
      const version = `arn:aws:holdfast:eu-west-1:123456789012:version/default/test/${hex.slice(0, 8)}:1`;
      const bookmark =
        use.value.kind === 'arn' && use.value.arn.includes(':bookmark/') ? use.value.arn : undefined;
      const placed = { version, digest: `sha256:${hex}`, locations: locate(`default/sha256/${hex}`) };
      return [use.slot, bookmark === undefined ? placed : { ...placed, bookmark }];
    }),
  );
}

/** What `Fn::FindInMap` for the bucket looks like in the long form. */
export const BUCKET = { 'Fn::FindInMap': ['Holdfast', { Ref: 'AWS::Region' }, 'Bucket'] };
