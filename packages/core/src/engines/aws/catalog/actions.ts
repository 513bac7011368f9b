import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { joined, Placeholders, type Expression } from './expressions.js';
import type { Key } from './keys.js';

/** One change to one item, or one condition on it, within a transaction. */
export interface Action {
  readonly key: Key;
  readonly kind: 'put' | 'update' | 'delete' | 'check';
  /** All attributes of a put. */
  readonly item?: object;
  readonly changes?: Changes;
  /** Refuses the whole transaction unless it holds. */
  readonly when?: Expression;
}

/** The clauses of an update. */
export interface Changes {
  readonly set?: readonly Expression[];
  readonly remove?: readonly Expression[];
  /** Adds to a number, or elements to a set: expr`#live ${1}`. */
  readonly add?: readonly Expression[];
  /** Takes elements from a set. */
  readonly delete?: readonly Expression[];
}

const optional = (when: Expression | undefined): { when?: Expression } =>
  when === undefined ? {} : { when };

export const put = (key: Key, item: object, when?: Expression): Action => ({
  key,
  kind: 'put',
  item,
  ...optional(when),
});
export const update = (key: Key, changes: Changes, when?: Expression): Action => ({
  key,
  kind: 'update',
  changes,
  ...optional(when),
});
export const remove = (key: Key, when?: Expression): Action => ({ key, kind: 'delete', ...optional(when) });
export const check = (key: Key, when: Expression): Action => ({ key, kind: 'check', when });

const CLAUSES = { set: 'SET', remove: 'REMOVE', add: 'ADD', delete: 'DELETE' } as const;

/** The action in DynamoDB's words. A refusal gives the item as it was. */
export function toTransactItem(table: string, action: Action): TransactWriteItem {
  const placeholders = new Placeholders();
  const condition = action.when === undefined ? undefined : placeholders.render(action.when);
  const changes = action.changes === undefined ? undefined : renderChanges(placeholders, action.changes);
  const { names, values } = placeholders;
  const common = {
    TableName: table,
    ...(condition === undefined
      ? {}
      : { ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: marshall(values) }),
  };
  const Key = marshall(action.key);
  switch (action.kind) {
    case 'put':
      return {
        Put: {
          ...common,
          Item: marshall({ ...action.item, ...action.key }, { removeUndefinedValues: true }),
        },
      };
    case 'update':
      return { Update: { ...common, Key, UpdateExpression: changes } };
    case 'delete':
      return { Delete: { ...common, Key } };
    case 'check':
      return { ConditionCheck: { ...common, Key, ConditionExpression: condition } };
  }
}

function renderChanges(placeholders: Placeholders, changes: Changes): string {
  return Object.entries(CLAUSES)
    .map(([clause, word]) => [word, changes[clause as keyof Changes] ?? []] as const)
    .filter(([, expressions]) => expressions.length > 0)
    .map(([word, expressions]) => `${word} ${placeholders.render(joined(expressions, ', '))}`)
    .join(' ');
}
