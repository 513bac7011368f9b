import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  DynamoDBClientConfig,
  GetItemCommandInput,
  GetItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  TransactGetItemsCommandInput,
  TransactGetItemsCommandOutput,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { boundedRequests } from '../bounded-requests.js';

/** The calls that the catalog makes. All of its writes are transactions. */
export interface DynamoApi {
  readonly get: (input: GetItemCommandInput) => Promise<GetItemCommandOutput>;
  readonly batchGet: (input: BatchGetItemCommandInput) => Promise<BatchGetItemCommandOutput>;
  readonly query: (input: QueryCommandInput) => Promise<QueryCommandOutput>;
  readonly transactGet: (input: TransactGetItemsCommandInput) => Promise<TransactGetItemsCommandOutput>;
  readonly transactWrite: (input: TransactWriteItemsCommandInput) => Promise<TransactWriteItemsCommandOutput>;
  readonly close: () => void;
}

const REQUEST_TIMEOUT_MS = 10_000;

/** Loads the SDK's client. The settings are the SDK's own; what is given here comes before them. */
export async function openDynamo(config: DynamoDBClientConfig = {}): Promise<DynamoApi> {
  const sdk = require('@aws-sdk/client-dynamodb') as typeof import('@aws-sdk/client-dynamodb');
  const client = new sdk.DynamoDBClient({
    ...boundedRequests(REQUEST_TIMEOUT_MS),
    ...config,
  });
  return {
    get: (input) => client.send(new sdk.GetItemCommand(input)),
    batchGet: (input) => client.send(new sdk.BatchGetItemCommand(input)),
    query: (input) => client.send(new sdk.QueryCommand(input)),
    transactGet: (input) => client.send(new sdk.TransactGetItemsCommand(input)),
    transactWrite: (input) => client.send(new sdk.TransactWriteItemsCommand(input)),
    close: () => client.destroy(),
  };
}
