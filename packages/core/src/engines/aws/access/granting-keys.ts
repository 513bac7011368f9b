import { put, remove } from '../catalog/actions.js';
import { GRANTED } from '../catalog/keys.js';
import type { TableClient } from '../catalog/table-client.js';

/** The KMS keys that have, or may have, grants of a repository: a bucket that gets another key keeps what it stored by the former one. */
export interface GrantingKeys {
  of(repository: string): Promise<readonly string[]>;
  add(repository: string, key: string): Promise<void>;
  remove(repository: string, key: string): Promise<void>;
}

export function grantingKeys(table: TableClient): GrantingKeys {
  const keyOf = (repository: string, key: string) => ({ pk: GRANTED, sk: `${repository}#${key}` });
  return {
    async of(repository) {
      const found: string[] = [];
      for await (const { sk } of table.range<{ sk: string }>(GRANTED, { prefix: `${repository}#` }))
        found.push(sk.slice(repository.length + 1));
      return found;
    },
    add: async (repository, key) => {
      await table.write([put(keyOf(repository, key), {})]);
    },
    remove: async (repository, key) => {
      await table.write([remove(keyOf(repository, key))]);
    },
  };
}
