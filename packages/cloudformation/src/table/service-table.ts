import type { ArtifactRow } from './artifact-table.js';
import { SERVICE_ROWS } from './generated/service-rows.js';

/**
 * Further properties that name one object in S3 which a service reads, generated from `@aws-cdk/aws-service-spec`.
 * docs/packageable.md says how, and what is left out. No packaging tool takes paths there, so only what cannot be anything else is
 * taken for one: see {@link ArtifactRow.explicit}.
 */
export const SERVICE_TABLE: readonly ArtifactRow[] = SERVICE_ROWS.map(({ path, ...row }) => ({
  ...row,
  path: path.split('.'),
  explicit: true,
}));
