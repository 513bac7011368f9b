import type { ArtifactStore } from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import type { Doubt } from '../evidence/types.js';
import type { LambdaApi } from '../lambda/api.js';
import type { FunctionStore } from '../lambda/store.js';
import type { StackOutcome } from '../settlement/outcome.js';
import type { AdoptedCode } from './adopt-code.js';
import type { Fetch } from './download.js';
import type { ObjectReader } from './objects.js';

export type AdoptStore = FunctionStore & Pick<ArtifactStore, 'publish'>;

/** What adopting works with. */
export interface AdoptContext {
  readonly store: AdoptStore;
  readonly lambda: LambdaApi;
  readonly cloudFormation: CloudFormationApi;
  readonly objects: ObjectReader;
  /** `default` when absent. */
  readonly repository?: string;
  /** The artifact's ID, or for several codes what their IDs begin with; absent: their own names. */
  readonly id?: string;
  /** The tool and its version, as it is recorded. */
  readonly tool: string;
  readonly fetch?: Fetch;
  readonly onAdopted?: (item: AdoptedCode) => void;
}

export interface AdoptReport {
  readonly adopted: readonly AdoptedCode[];
  /** What happened to the references of whoever uses it. */
  readonly settled: readonly StackOutcome[];
  /** What could not be adopted, and why. The rest was. */
  readonly failures: readonly Doubt[];
}
