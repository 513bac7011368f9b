import { put } from '../catalog/actions.js';
import { expr } from '../catalog/expressions.js';
import { SEQUENCE, type Key } from '../catalog/keys.js';
import type { TableClient } from '../catalog/table-client.js';
import type { Mark } from './event-bridge-bus.js';

/** Beside the last number that was given. */
const SENT: Key = { pk: SEQUENCE.pk, sk: 'sent' };

/** The mark as an item of the catalog's table. */
export class SentMark implements Mark {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async sentUpTo(): Promise<number> {
    return (await this.#table.get<{ last: number }>(SENT))?.last ?? 0;
  }

  async markSent(upTo: number): Promise<void> {
    // A refusal says that another relay is further already.
    await this.#table.write([
      put(SENT, { last: upTo }, expr`attribute_not_exists(#last) OR #last < ${upTo}`),
    ]);
  }
}
