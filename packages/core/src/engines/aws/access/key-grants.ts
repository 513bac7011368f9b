import { isDeepStrictEqual } from 'node:util';
import type { KeyGrant } from '../../../policy/index.js';
import type { GrantChange } from '../../../ports/index.js';
import type { KeyApi, StoredGrant } from './key-client.js';

/** What a key's grants would have to become. Ours are told by their names; all others stay. Undefined when nothing differs. */
export async function grantChange(
  api: Pick<KeyApi, 'grants'>,
  key: string,
  prefix: string,
  wanted: readonly KeyGrant[],
): Promise<GrantChange | undefined> {
  // A key that is gone has nothing to revoke; a grant on it fails by the key's name when it is asked for.
  const stored = (await api.grants(key)) ?? [];
  const own = stored.filter(({ Name = '' }) => Name.startsWith(prefix));
  const kept = new Map<string, StoredGrant>();
  for (const grant of own) if (wanted.some((it) => isSame(it, grant))) kept.set(grant.Name ?? '', grant);
  const stays = new Set([...kept.values()].map(({ GrantId }) => GrantId));
  const added = wanted.filter(({ Name }) => !kept.has(Name));
  const removed = own.filter(({ GrantId }) => !stays.has(GrantId)).map(whole);
  if (added.length === 0 && removed.length === 0) return undefined;
  return { key, added, removed, kept: kept.size, foreign: stored.length - own.length };
}

/** Who is let in comes before who is no longer: what changes only its form is never without a grant. */
export async function changeGrants(
  api: Pick<KeyApi, 'create' | 'revoke'>,
  { key, added, removed }: GrantChange,
): Promise<void> {
  for (const grant of added) await api.create(key, grant);
  for (const { GrantId } of removed) await api.revoke(key, GrantId);
}

function isSame(wanted: KeyGrant, stored: StoredGrant): boolean {
  return isDeepStrictEqual(comparable(wanted), comparable(whole(stored)));
}

function comparable({ Name, GranteePrincipal, Operations, Constraints }: KeyGrant): unknown[] {
  const context = { ...Constraints.EncryptionContextSubset };
  return [Name, GranteePrincipal, Operations.toSorted(), context];
}

function whole({
  GrantId,
  Name = '',
  GranteePrincipal = '',
  Operations = [],
  Constraints = { EncryptionContextSubset: {} },
}: StoredGrant): KeyGrant & { readonly GrantId: string } {
  return { GrantId, Name, GranteePrincipal, Operations, Constraints };
}
