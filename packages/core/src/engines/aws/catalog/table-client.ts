import type { AttributeValue, CancellationReason, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../../../errors.js';
import { toTransactItem, type Action } from './actions.js';
import type { DynamoApi } from './client.js';
import { failureName, translateTableFailure } from '../failures.js';
import { Placeholders, type Expression } from './expressions.js';
import type { Key } from './keys.js';

/** What DynamoDB takes in one transaction, and in one batch of reads. */
export const MAX_ACTIONS = 100;
const MAX_BATCH = 100;

/** How often a request that met another transaction is sent again. */
const MAX_CONFLICTS = 60;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 400;

/** Characters below and above all that keys are made of. */
const LOWEST = '\u0001';
const HIGHEST = '\u{10FFFF}';

/** For each action of a refused transaction: undefined when its condition held, else the item that did not meet it, or null for none. */
export type Refusals = readonly (object | null | undefined)[];

export interface RangeOptions {
  /** Only sort keys that begin so. */
  readonly prefix?: string;
  /** Only sort keys after this one. */
  readonly after?: string;
  /** Only sort keys up to this one. */
  readonly upTo?: string;
  readonly filter?: Expression;
  readonly backwards?: boolean;
  /** How many items DynamoDB should look at for one answer; unlimited when absent. */
  readonly page?: number;
}

/**
 * The catalog's table: strongly consistent reads and transactions.
 *
 * Waits, with jitter and a bound, whenever DynamoDB says that another transaction is in the way. The client token makes a
 * transaction that is sent again count once, also when the first answer was lost.
 */
export class TableClient {
  readonly #api: DynamoApi;
  readonly #table: string;
  /** Reads that wait for others to join them. */
  #together: { readonly keys: Key[]; readonly items: Promise<(object | undefined)[]> } | undefined;

  constructor(api: DynamoApi, table: string) {
    this.#api = api;
    this.#table = table;
  }

  async #ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw translateTableFailure(error, this.#table);
    }
  }

  async get<T extends object>(key: Key): Promise<T | undefined> {
    const input = { TableName: this.#table, Key: marshall(key), ConsistentRead: true };
    const { Item } = await this.#ask(() => this.#api.get(input));
    return Item === undefined ? undefined : (unmarshall(Item) as T);
  }

  /** Like {@link get}; what is asked for in one turn of the event loop is one request. */
  async getTogether<T extends object>(key: Key): Promise<T | undefined> {
    if (this.#together === undefined || this.#together.keys.length >= MAX_BATCH) {
      const keys: Key[] = [];
      this.#together = { keys, items: this.#readSoon(keys) };
    }
    const { keys, items } = this.#together;
    const place = keys.push(key) - 1;
    return (await items)[place] as T | undefined;
  }

  /** How many more keys go with what is asked for together in this turn, before that takes another request. */
  get roomTogether(): number {
    return MAX_BATCH - (this.#together?.keys.length ?? 0);
  }

  async #readSoon(keys: readonly Key[]): Promise<(object | undefined)[]> {
    await nextTurn();
    if (this.#together?.keys === keys) this.#together = undefined;
    return keys.length === 1 ? [await this.get(keys[0]!)] : this.batchGet(keys);
  }

  /** The items of the keys, in their order; each is read at an instant of its own. */
  async batchGet<T extends object>(keys: readonly Key[]): Promise<(T | undefined)[]> {
    const found = new Map<string, T>();
    const wanted = new Map(keys.map((key) => [JSON.stringify([key.pk, key.sk]), key]));
    let left: Record<string, AttributeValue>[] = [...wanted.values()].map((key) => marshall(key));
    for (let idle = 0; left.length > 0;) {
      const batch = left.slice(0, MAX_BATCH);
      const { Responses, UnprocessedKeys } = await this.#ask(() =>
        this.#api.batchGet({ RequestItems: { [this.#table]: { Keys: batch, ConsistentRead: true } } }),
      );
      // There is one table in each request, which a service may call by its name where it was asked for by its ARN.
      for (const raw of Object.values(Responses ?? {}).flat()) {
        const item = unmarshall(raw) as T & Key;
        found.set(JSON.stringify([item.pk, item.sk]), item);
      }
      const again = Object.values(UnprocessedKeys ?? {}).flatMap(({ Keys }) => Keys ?? []);
      left = [...again, ...left.slice(MAX_BATCH)];
      idle = again.length < batch.length ? 0 : idle + 1;
      if (again.length > 0) await this.#pause(idle);
    }
    return keys.map((key) => found.get(JSON.stringify([key.pk, key.sk])));
  }

  /** The items of up to a hundred different keys, all at one instant. */
  async snapshot<T extends object>(keys: readonly Key[]): Promise<(T | undefined)[]> {
    const TransactItems = keys.map((key) => ({ Get: { TableName: this.#table, Key: marshall(key) } }));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { Responses } = await this.#api.transactGet({ TransactItems });
        return keys.map((_, i) => {
          const item = Responses?.[i]?.Item;
          return item === undefined ? undefined : (unmarshall(item) as T);
        });
      } catch (error) {
        if (!isConflict(error)) throw translateTableFailure(error, this.#table);
        await this.#pause(attempt, error);
      }
    }
  }

  /** The items of a partition in order of their sort keys, as far as the caller reads on. */
  async *range<T extends object>(partition: string, options: RangeOptions = {}): AsyncGenerator<T> {
    const { low, high } = boundsOf(options);
    // DynamoDB refuses a range that ends before it begins.
    if (low > high) return;
    const input = this.#queryOf(partition, low, high, options);
    let from: Record<string, AttributeValue> | undefined;
    do {
      const answer = await this.#ask(() =>
        this.#api.query(from === undefined ? input : { ...input, ExclusiveStartKey: from }),
      );
      for (const item of answer.Items ?? []) yield unmarshall(item) as T;
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
  }

  #queryOf(partition: string, low: string, high: string, options: RangeOptions): QueryCommandInput {
    const { filter, backwards, page } = options;
    const placeholders = new Placeholders();
    const FilterExpression = filter === undefined ? undefined : placeholders.render(filter);
    return {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :low AND :high',
      ExpressionAttributeNames: { ...placeholders.names, '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: marshall({
        ...placeholders.values,
        ':pk': partition,
        ':low': low,
        ':high': high,
      }),
      ...(FilterExpression === undefined ? {} : { FilterExpression }),
      ...(backwards === true ? { ScanIndexForward: false } : {}),
      ...(page === undefined ? {} : { Limit: page }),
    };
  }

  /** Carries all the actions out, or none. Returns nothing when done, and why not when a condition did not hold. */
  async write(actions: readonly Action[]): Promise<Refusals | undefined> {
    if (actions.length === 0) return undefined;
    const input = {
      TransactItems: actions.map((action) => toTransactItem(this.#table, action)),
      ClientRequestToken: randomUUID(),
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#api.transactWrite(input);
        return undefined;
      } catch (error) {
        const refusals = refusalsOf(error);
        if (refusals !== undefined) return refusals;
        if (!isConflict(error)) throw translateTableFailure(error, this.#table);
        // With the same token: an earlier attempt of this very transaction may be what is in the way.
        await this.#pause(attempt, error);
      }
    }
  }

  async #pause(attempt: number, cause?: unknown): Promise<void> {
    if (attempt > MAX_CONFLICTS) {
      throw new HoldfastError('unavailable', `the catalog's table "${this.#table}" is too busy`, {
        hint: 'Repeat the command in a moment.',
        cause,
      });
    }
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
    await sleep(Math.random() * longest);
  }
}

/** A key condition takes one range: what a prefix allows is from itself to itself with the highest character. */
function boundsOf({ prefix, after, upTo }: RangeOptions): { low: string; high: string } {
  const low = prefix ?? LOWEST;
  const next = after === undefined ? low : after + LOWEST;
  return { low: next > low ? next : low, high: upTo ?? (prefix ?? '') + HIGHEST };
}

function reasonsOf(error: unknown): readonly CancellationReason[] {
  if (failureName(error) !== 'TransactionCanceledException') return [];
  return (error as { CancellationReasons?: CancellationReason[] }).CancellationReasons ?? [];
}

/** Undefined unless a condition did not hold. */
function refusalsOf(error: unknown): Refusals | undefined {
  const reasons = reasonsOf(error);
  if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return undefined;
  return reasons.map(({ Code, Item }) => {
    if (Code !== 'ConditionalCheckFailed') return undefined;
    return Item === undefined || Object.keys(Item).length === 0 ? null : unmarshall(Item);
  });
}

const IN_THE_WAY = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Whether nothing was done because of others, so that the same request may do it in a moment. */
function isConflict(error: unknown): boolean {
  if (['TransactionInProgressException', 'TransactionConflictException'].includes(failureName(error)))
    return true;
  const codes = reasonsOf(error).map(({ Code }) => Code ?? 'None');
  return (
    codes.some((code) => IN_THE_WAY.has(code)) &&
    codes.every((code) => code === 'None' || IN_THE_WAY.has(code))
  );
}
