import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoApi } from '../catalog/client.js';

type Item = Record<string, AttributeValue>;

/**
 * A table's client that sees only the partitions whose keys begin with a text, and sees them without it: so one table holds catalogs
 * that know nothing of each other. The text must begin with what no other catalog's partitions begin with.
 */
export function inOwnPartitions(api: DynamoApi, beginning: string): DynamoApi {
  const outward = <T extends Item | undefined>(item: T): T =>
    item?.['pk']?.S === undefined ? item : { ...item, pk: { S: beginning + item['pk'].S } };
  const inward = <T extends Item | undefined>(item: T): T =>
    item?.['pk']?.S === undefined ? item : { ...item, pk: { S: item['pk'].S.slice(beginning.length) } };
  return {
    async get(input) {
      const answer = await api.get({ ...input, Key: outward(input.Key) });
      return { ...answer, Item: inward(answer.Item) };
    },
    async batchGet(input) {
      const mapKeys = (requests: typeof input.RequestItems, map: (key: Item) => Item) =>
        requests &&
        Object.fromEntries(
          Object.entries(requests).map(([table, request]) => [
            table,
            { ...request, Keys: request.Keys?.map(map) },
          ]),
        );
      const answer = await api.batchGet({ ...input, RequestItems: mapKeys(input.RequestItems, outward) });
      const Responses =
        answer.Responses &&
        Object.fromEntries(
          Object.entries(answer.Responses).map(([table, items]) => [table, items.map(inward)]),
        );
      return { ...answer, Responses, UnprocessedKeys: mapKeys(answer.UnprocessedKeys, inward) };
    },
    async query(input) {
      const { ':pk': partition, ...values } = input.ExpressionAttributeValues ?? {};
      const answer = await api.query({
        ...input,
        ExpressionAttributeValues: { ...values, ':pk': { S: beginning + (partition?.S ?? '') } },
        ExclusiveStartKey: outward(input.ExclusiveStartKey),
      });
      return {
        ...answer,
        Items: answer.Items?.map(inward),
        LastEvaluatedKey: inward(answer.LastEvaluatedKey),
      };
    },
    async transactGet(input) {
      const TransactItems = input.TransactItems?.map(({ Get }) => ({
        Get: Get && { ...Get, Key: outward(Get.Key) },
      }));
      const answer = await api.transactGet({ ...input, TransactItems });
      return { ...answer, Responses: answer.Responses?.map(({ Item }) => ({ Item: inward(Item) })) };
    },
    async transactWrite(input) {
      const TransactItems = input.TransactItems?.map(({ Put, Update, Delete, ConditionCheck }) => ({
        ...(Put && { Put: { ...Put, Item: outward(Put.Item) } }),
        ...(Update && { Update: { ...Update, Key: outward(Update.Key) } }),
        ...(Delete && { Delete: { ...Delete, Key: outward(Delete.Key) } }),
        ...(ConditionCheck && { ConditionCheck: { ...ConditionCheck, Key: outward(ConditionCheck.Key) } }),
      }));
      try {
        return await api.transactWrite({ ...input, TransactItems });
      } catch (error) {
        for (const reason of (error as { CancellationReasons?: { Item?: Item }[] }).CancellationReasons ?? [])
          if (reason.Item !== undefined) reason.Item = inward(reason.Item);
        throw error;
      }
    },
    close: () => api.close(),
  };
}
