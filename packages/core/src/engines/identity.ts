import { formatArn, type StoreIdentity } from '../arn/index.js';

/** The identity of a store that belongs to no AWS account. */
const EMBEDDED: StoreIdentity = { partition: 'aws', region: 'local', account: '000000000000' };

/** The given parts over those of an embedded store. Throws `invalid-input` naming a part that no ARN could carry. */
export function embeddedIdentity(given: Partial<StoreIdentity> = {}): StoreIdentity {
  const identity = { ...EMBEDDED, ...given };
  formatArn({ type: 'repository', ...identity, repository: 'default' });
  return identity;
}
