import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * Bytes that DynamoDB counts for an item, rounded up where the rule is approximate.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value),
    0,
  );
}

function bytesOf(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.NS !== undefined) return value.NS.reduce((sum, text) => sum + numberBytes(text), 3);
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 3);
  if (value.L !== undefined) return value.L.reduce((sum, one) => sum + bytesOf(one) + 1, 3);
  if (value.M !== undefined) return itemBytes(value.M) + 3 + Object.keys(value.M).length;
  return 1;
}

const numberBytes = (text: string): number => Math.ceil(text.length / 2) + 1;
