export * from './arn/index.js';
export { bootstrap, bootstrapTemplate, type BootstrapReport } from './engines/bootstrap.js';
export { POLICY_ROLES, policyFor, type PolicyDocument, type Role } from './engines/policy.js';
export { boundedAttempts } from './engines/aws/bounded-requests.js';
export { proxyAgents, type ProxyAgents } from './engines/aws/proxies.js';
export * from './errors.js';
export * from './events/index.js';
export type * from './model.js';
export type * from './ports/index.js';
export * from './provenance/index.js';
export type * from './store/types.js';
export { ArtifactStore } from './store/artifact-store.js';
export { homeRegionOf } from './engines/open-replicas.js';
export { openReplicaStore } from './store/open-replica-store.js';
export { openStore } from './store/open-store.js';
export type { PolicyText } from './policy/model.js';
export {
  parseSharePrincipal,
  SHARE_PURPOSES,
  withShare,
  type SharePrincipal,
  type SharePurpose,
} from './policy/share.js';
export type { CopyOptions, CopyReport } from './store/copy.js';
export { mapBounded } from './store/bounded.js';
export { LookAhead } from './store/look-ahead.js';
export type { OpenVersion } from './store/reading.js';
export type { RememberReport } from './store/replicas/remember-replicas.js';
export type { ReplicaStore } from './store/replicas/replica-store.js';
export type { RegionStore } from './store/others/home-region-store.js';
export type { OtherStore } from './store/others/noted.js';
export type { ReplicaReport } from './store/replicas/replicate.js';
export type {
  BucketPolicyOptions,
  CreateRepositoryOptions,
  CreateRepositoryReport,
} from './store/repositories.js';
export type { RebuildReport } from './store/rebuild/rebuild.js';
export type { PolicyPlan } from './store/policies.js';
export type { RelayReport } from './store/relay.js';
