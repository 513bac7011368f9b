import type { GivenSettings } from '@holdfast/core/settings';

/** Options that every command has. */
export interface GlobalOptions extends GivenSettings {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
}
