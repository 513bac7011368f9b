import { openDynamo } from '../../../src/engines/aws/catalog/client.js';
import type { ArtifactItem, ContentItem, VersionItem } from '../../../src/engines/aws/catalog/items.js';
import {
  artifactsOf,
  contentsOf,
  itemsOf,
  versionsOf,
  type Key,
} from '../../../src/engines/aws/catalog/keys.js';
import { TableClient } from '../../../src/engines/aws/catalog/table-client.js';
import type { BookmarkRecord } from '../../../src/model.js';
import type { DynamoTables } from './dynamo-tables.js';

type Item = Key & Record<string, unknown>;

/** Looks into a table, past the catalog. */
export class TableLook {
  readonly #table: TableClient;
  readonly close: () => void;

  private constructor(table: TableClient, close: () => void) {
    this.#table = table;
    this.close = close;
  }

  static async open(tables: DynamoTables, table: string): Promise<TableLook> {
    const api = await openDynamo(tables.config);
    return new TableLook(new TableClient(api, table), api.close);
  }

  async #partition(name: string): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this.#table.range<Item>(name)) items.push(item);
    return items;
  }

  /** Every count that a condition relies on and that is not the number of what it counts, in words; empty when all agree. */
  async wrongCounts(repository: string): Promise<string[]> {
    const wrong: string[] = [];
    const expect = (what: string, count: number | undefined, things: number): void => {
      if (count !== things) wrong.push(`${what}: ${count} instead of ${things}`);
    };
    const versions: VersionItem[] = [];
    for (const artifact of (await this.#partition(artifactsOf(repository))) as unknown as ArtifactItem[]) {
      const items = (await this.#partition(versionsOf(repository))).flatMap((item) =>
        item.sk.startsWith(itemsOf(artifact.id))
          ? [{ ...item, sk: item.sk.slice(itemsOf(artifact.id).length) }]
          : [],
      );
      const own = items.filter(({ sk }) => sk.startsWith('version#')) as unknown as VersionItem[];
      const uses = items.filter(({ sk }) => sk.startsWith('use#'));
      const marks = items.filter(({ sk }) => sk.startsWith('bookmark#')) as unknown as BookmarkRecord[];
      for (const { id, number, usages, bookmarks } of own) {
        const digits = `use#${String(number).padStart(16, '0')}#`;
        expect(`uses of ${id}:${number}`, usages, uses.filter(({ sk }) => sk.startsWith(digits)).length);
        expect(
          `bookmarks on ${id}:${number}`,
          bookmarks,
          marks.filter((mark) => mark.number === number).length,
        );
      }
      const inState = (...states: string[]) => own.filter(({ state }) => states.includes(state)).length;
      expect(`live of ${artifact.id}`, artifact.live, inState('live'));
      expect(`kept of ${artifact.id}`, artifact.kept, inState('live', 'condemned'));
      expect(`condemned of ${artifact.id}`, artifact.condemned?.size ?? 0, inState('condemned'));
      expect(`numbers of ${artifact.id}`, artifact.last, own.length);
      versions.push(...own.filter(({ state }) => state !== 'deleted'));
    }
    for (const item of await this.#partition(contentsOf(repository))) {
      if (!item.sk.startsWith('content#')) continue;
      const { digest, versions: count } = item as unknown as ContentItem;
      expect(`versions of ${digest}`, count, versions.filter((version) => version.digest === digest).length);
    }
    return wrong;
  }
}
