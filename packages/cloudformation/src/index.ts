export * from './problems.js';
export { findArtifacts } from './plan/find-artifacts.js';
export type { ArtifactPlan, ArtifactUse, ArtifactValue } from './plan/types.js';
export { rewriteTemplate, type RewriteOptions } from './rewrite/rewrite-template.js';
export type { PlacedArtifact } from './rewrite/locations.js';
export type { Stamp } from './rewrite/stamp.js';
export {
  diffTemplates,
  type ArtifactChange,
  type Impact,
  type TemplateDiff,
  type TemplateText,
} from './diff/diff-templates.js';
export { readReferences, type TemplateReference } from './stack/read-references.js';
export { ARTIFACT_TABLE, SECTION_TABLE, type ArtifactRow, type SectionRow } from './table/artifact-table.js';
export { SERVICE_TABLE } from './table/service-table.js';
export type { LocationShape, ObjectShape, Packing, Shape } from './table/shapes.js';
export { rowsOf } from './table/rows-of.js';
export { ARTIFACT_TAG, TAG_TABLE } from './table/tag-table.js';
export { STAMP } from './rewrite/stamp.js';
export { artifactIdOf, nestedSlot, toArtifactId } from './stack/artifact-ids.js';
export { stackConsumer } from './stack/consumer.js';
export { packageTemplate, type PackagedTemplate, type PackageOptions } from './stack/package-template.js';
export {
  planTemplate,
  type PlannedTemplate,
  type PlannedUse,
  type PlanOptions,
} from './stack/plan-template.js';
export { bookmarkName, type PackagedUse } from './stack/publish-uses.js';
export {
  consumerNamed,
  registerStack,
  abandonDeployment,
  removeStack,
  type RegisterOptions,
  type StackReport,
} from './stack/register-stack.js';
export type { PackagingStore, RegisteringStore } from './stack/store.js';
export {
  packagingRegions,
  packagingWithoutHome,
  type PackagingRegions,
} from './regions/packaging-regions.js';
export { settleReplicas, type SettleReplicasOptions } from './regions/settle-replicas.js';
export { forgetStore, type ForgetStoreOptions } from './settlement/forget-store.js';
export { writeTemplate } from './stack/template-file.js';
export {
  beginDeployment,
  bindDeployment,
  type BeginOptions,
  type BindOptions,
  type Deployment,
} from './deployment/deployments.js';
export type { CloudFormationApi } from './evidence/api.js';
export { readEvidence } from './evidence/read-evidence.js';
export { openCloudFormation, type ClientSettings } from './evidence/client.js';
export { openAccountsBy, type OpenAccount } from './evidence/open-account.js';
export type {
  Doubt,
  EvidenceText,
  PendingChangeSet,
  RetainedResource,
  StackEvidence,
} from './evidence/types.js';
export { findLocations, type FoundLocation } from './evidence/find-locations.js';
export { decideSettlement, type Settlement, type SettlementFacts } from './settlement/decide.js';
export { dispositionOf, type Disposition } from './settlement/dispositions.js';
export type { StackOutcome } from './settlement/outcome.js';
export { settleStack, DEFAULT_PIN_LEASE_MS, type SettleOptions } from './settlement/settle-stack.js';
export { stacksThatHold } from './settlement/stacks-that-hold.js';
export type { SettlingStore } from './settlement/store.js';
export { TEMPLATE_SLOT, type Use } from './settlement/uses.js';
export {
  reconcileStacks,
  type ReconcileOptions,
  type ReconcileReport,
} from './reconcile/reconcile-stacks.js';
export { reconcileStore, type ReconcileStoreOptions } from './reconcile/reconcile-store.js';
export type { LambdaApi } from './lambda/api.js';
export { openLambda } from './lambda/client.js';
export { codeSha256Of, digestOfCodeSha256 } from './lambda/code-sha256.js';
export type { Drift } from './lambda/drift.js';
export type { IdentifiedCode, IdentifiedVersion } from './lambda/identify.js';
export { reconcileFunctions, type ReconcileFunctionsOptions } from './lambda/reconcile-functions.js';
export { openResourceFinder, type ResourceFinder } from './lambda/resource-finder.js';
export { settleFunction, type SettleFunctionOptions } from './lambda/settle-function.js';
export {
  updateFunction,
  type UpdateFunctionOptions,
  type UpdateFunctionReport,
} from './lambda/update-function.js';
export { whatIs, type WhatIs, type WhatIsApis, type WhatIsOptions } from './lambda/whatis.js';
export { adopt } from './adopt/adopt.js';
export type { AdoptedCode } from './adopt/adopt-code.js';
export { openObjects, type ObjectReader } from './adopt/objects.js';
export type { AdoptContext, AdoptReport } from './adopt/types.js';
export {
  createTracker,
  type TrackerHandler,
  type TrackerOptions,
  type TrackerReport,
} from './tracker/tracker.js';
export {
  deployTracker,
  type DeployTrackerOptions,
  type TrackerDeployment,
} from './tracker/deploy-tracker.js';
export { packageTracker, type PackageTrackerOptions } from './tracker/package-tracker.js';
export { openStackChanges, type StackChanges } from './tracker/stack-changes.js';
export { TRACKER_STACK } from './tracker/template.js';
