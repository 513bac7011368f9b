import { DynamoDBClient, paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Engine } from '../../src/ports/index.js';
import type { StoreContext } from '../../src/store/context.js';
import { collectGarbage } from '../../src/store/gc.js';
import { CallCounter } from './support/counted-calls.js';
import { openOnTable, startDynamo, type DynamoTables } from './support/dynamo-tables.js';
import { itemBytes } from './support/item-bytes.js';

/** In the proportions of the large store that the bench is about: 100,000 versions, 10,000 stacks of 20 references each. */
const ARTIFACTS = 30;
const VERSIONS_PER_ARTIFACT = 20;
const STACKS = 60;
const REFERENCES_PER_STACK = 20;
const SCALE = 100_000 / (ARTIFACTS * VERSIONS_PER_ARTIFACT);

/** DynamoDB ends the answer to a query after this many bytes of items. */
const PAGE_BYTES = 1024 * 1024;

const at = '2026-01-01T00:00:00.000Z';
const actor = { by: 'arn:aws:sts::123456789012:assumed-role/ci/build', at };
const idOf = (artifact: number): string => `team-${artifact % 50}/service-${artifact}/handler`;
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}` as const;

let tables: DynamoTables;
let table: string;

beforeAll(async () => {
  tables = await startDynamo();
  table = await tables.make();
  const engine = await openOnTable(tables, table);
  await engine.catalog.getRepository('default');
  for (let number = 1; number <= VERSIONS_PER_ARTIFACT; number += 1) await publishRound(engine, number);
  for (let stack = 0; stack < STACKS; stack += 1) await settleTwice(engine, stack);
  await engine.catalog.close();
}, 300_000);
afterAll(() => tables.close());

/** One version more of each artifact. */
async function publishRound({ catalog }: Engine, number: number): Promise<void> {
  const about = { ...actor, repository: 'default', size: 123_456, mediaType: 'application/zip' };
  const provenance = {
    commit: 'c'.repeat(40),
    repositoryUrl: 'https://example.com/shop/services',
    tool: 'holdfast/1.0.0',
  };
  const inputs = Array.from({ length: ARTIFACTS }, (_, artifact) => ({
    ...{
      ...about,
      id: idOf(artifact),
      digest: digestOf(`${artifact}:${number}`),
      lease: `${artifact}:${number}`,
    },
    ...{ labels: artifact % 5 === 0 ? { team: 'orders' } : {}, provenance },
  }));
  const expiresAt = '2027-01-01T00:00:00.000Z';
  await catalog.leaseContents(
    inputs.map(({ repository, digest, lease }) => ({ repository, digest, lease, expiresAt })),
  );
  await catalog.recordVersions(inputs);
}

/** A stack that used the versions before its present ones. */
async function settleTwice({ catalog }: Engine, stack: number): Promise<void> {
  const unique = `00000000-0000-4000-8000-${String(stack).padStart(12, '0')}`;
  const consumer = `arn:aws:cloudformation:eu-west-1:123456789012:stack/stack-${stack}/${unique}`;
  for (const [revision, before] of [1, 0].entries()) {
    const references = Array.from({ length: REFERENCES_PER_STACK }, (_, slot) => ({
      slot: `Function${slot}.CodeUri`,
      version: {
        repository: 'default',
        id: idOf((stack * 7 + slot) % ARTIFACTS),
        number: VERSIONS_PER_ARTIFACT - ((stack + slot) % 3) - before,
      },
    }));
    const evidence = { consumer, revision, references, mode: 'replace', releasePins: [] } as const;
    await catalog.settle({ ...actor, ...evidence, deployment: `deploy-${revision}` });
  }
}

/** Bytes of the items of each partition, as far as a report of gc reads them. */
async function bytesRead(): Promise<Map<string, number>> {
  const client = new DynamoDBClient(tables.config);
  const bytes = new Map<string, number>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table })) {
    for (const item of Items) {
      const group = groupOf(item);
      if (group !== undefined) bytes.set(group, (bytes.get(group) ?? 0) + itemBytes(item));
    }
  }
  client.destroy();
  return bytes;
}

function groupOf({ pk, sk }: Record<string, AttributeValue>): string | undefined {
  const partition = pk!.S!;
  if (partition === 'default#contents') return sk!.S!.startsWith('content#') ? partition : undefined;
  return /^(default#versions|~former#\d)$/.test(partition) ? partition : undefined;
}

const pagesOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / PAGE_BYTES));
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

test('a report of gc is a request for each megabyte, none for a stack or an artifact; for 100,000 versions and 10,000 stacks at most 240', async () => {
  const calls = new CallCounter();
  const engine = await openOnTable(tables, table, calls.watch);
  const context: StoreContext = {
    ...{ engine, identity: engine.identity, by: 'tester', clock: () => new Date(at) },
    ...{ onEvent: () => undefined, recoveryWindowMs: 1_000, leaseMs: 3_600_000, cache: false },
  };
  calls.take();
  const { items } = await collectGarbage(context, 'default', true);
  const made = calls.take();
  expect(items).toHaveLength(ARTIFACTS * VERSIONS_PER_ARTIFACT);
  const bytes = await bytesRead();
  const reading = sum([...bytes.values()].map(pagesOf));
  // Besides: the lifecycle, the repository, replicas, what is condemned or due, removals; each a request whatever the size here.
  const FIXED = 8;
  expect(made.length).toBeLessThanOrEqual(reading + FIXED);
  const large = sum([...bytes.values()].map((size) => pagesOf(size * SCALE))) + FIXED;
  expect(large).toBeLessThanOrEqual(240);
  // What cdk gc makes: 2 for each stack, 1 for each object.
  expect((2 * 10_000 + 100_000) / large).toBeGreaterThanOrEqual(500);
  await engine.catalog.close();
}, 120_000);
