import { bookmarks } from './catalog/bookmarks.js';
import { crowds } from './catalog/crowds.js';
import { deletion } from './catalog/deletion.js';
import { lifecycles } from './catalog/lifecycles.js';
import { listing } from './catalog/listing.js';
import { outbox } from './catalog/outbox.js';
import { pinning } from './catalog/pins.js';
import { policies } from './catalog/policies.js';
import { publishing } from './catalog/publishing.js';
import { repositories } from './catalog/repositories.js';
import { settling } from './catalog/settling.js';
import { surveying } from './catalog/surveying.js';
import { sweeping } from './catalog/sweeping.js';
import { contractCases, type ContractCase, type EngineHarness } from './contract.js';

/** What every catalog must do. */
export function catalogContract(harness: EngineHarness): readonly ContractCase[] {
  const concerns = {
    repositories,
    publishing,
    listing,
    bookmarks,
    pinning,
    settling,
    deletion,
    sweeping,
    lifecycles,
    policies,
    surveying,
    outbox,
    crowds,
  };
  return Object.entries(concerns).flatMap(([concern, bodies]) => contractCases(harness, concern, bodies));
}
