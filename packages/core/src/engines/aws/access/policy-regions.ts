import { put } from '../catalog/actions.js';
import { REGIONS } from '../catalog/keys.js';
import type { TableClient } from '../catalog/table-client.js';

/** The other regions whose resource policies have statements of a repository: a policy that is changed or taken away is so in each. */
export interface PolicyRegions {
  of(repository: string): Promise<readonly string[]>;
  add(repository: string, region: string): Promise<void>;
}

export function policyRegions(table: TableClient): PolicyRegions {
  return {
    async of(repository) {
      const found: string[] = [];
      for await (const { sk } of table.range<{ sk: string }>(REGIONS, { prefix: `${repository}#` }))
        found.push(sk.slice(repository.length + 1));
      return found;
    },
    add: async (repository, region) => {
      await table.write([put({ pk: REGIONS, sk: `${repository}#${region}` }, {})]);
    },
  };
}
