import type { NotedStores } from '../../../ports/index.js';
import { put, remove } from '../catalog/actions.js';
import { STORES } from '../catalog/keys.js';
import type { TableClient } from '../catalog/table-client.js';

/** The stores of others that this account uses, in its own table. */
export function notedStores(table: TableClient): NotedStores {
  const known = new Set<string>();
  return {
    async note(url) {
      if (known.has(url)) return;
      await table.write([put({ pk: STORES, sk: url }, {})]);
      known.add(url);
    },
    async forget(url) {
      await table.write([remove({ pk: STORES, sk: url })]);
      known.delete(url);
    },
    async list() {
      const urls: string[] = [];
      for await (const { sk } of table.range<{ sk: string }>(STORES)) urls.push(sk);
      return urls;
    },
  };
}
