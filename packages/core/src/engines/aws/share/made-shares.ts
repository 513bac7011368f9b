import { put, remove } from '../catalog/actions.js';
import { GRANTED } from '../catalog/keys.js';
import type { TableClient } from '../catalog/table-client.js';

/** The repositories that Access Grants or a share may exist for: of all others nobody has to ask these services, or needs rights to. */
export interface MadeShares {
  has(repository: string): Promise<boolean>;
  add(repository: string): Promise<void>;
  remove(repository: string): Promise<void>;
}

export function madeShares(table: TableClient): MadeShares {
  const keyOf = (repository: string) => ({ pk: GRANTED, sk: repository });
  return {
    has: async (repository) => (await table.get(keyOf(repository))) !== undefined,
    add: async (repository) => {
      await table.write([put(keyOf(repository), {})]);
    },
    remove: async (repository) => {
      await table.write([remove(keyOf(repository))]);
    },
  };
}
