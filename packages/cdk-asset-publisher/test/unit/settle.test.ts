import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HoldfastError } from '@holdfast/core';
import { reportLines } from '../../src/command-line/render.js';
import { settleStacks } from '../../src/deploy/settle.js';
import { MemoryStores } from '../support/memory-stores.js';

const stores = new MemoryStores();
const before = { ...process.env };
let server: Server;

/** Answers every question with whose credentials these are: account 999999999999's. */
beforeAll(async () => {
  server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/xml');
    answer.end(
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>999999999999</Account><Arn>arn:aws:iam::999999999999:user/me</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['AWS_ACCESS_KEY_ID'] = process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});
afterEach(() => stores.close());
afterAll(() => {
  process.env = before;
  server.closeAllConnections();
  server.close();
});

const stack = { stackName: 'Shop', environment: {} };

test('a stack in another account than that of the credentials is undecided, and not simply left out', async () => {
  const outcomes = await settleStacks({ stacks: [stack], finished: ['one'], openStore: stores.open });
  expect(outcomes).toMatchObject([
    { consumer: 'arn:aws:cloudformation:eu-west-1:111111111111:stack/Shop', result: 'undecided' },
  ]);
  expect(outcomes[0]!.undecided[0]!.message).toContain('999999999999');
});

test('a store that cannot be opened leaves the others to be settled, and says how to settle later', async () => {
  const outcomes = await settleStacks({
    stacks: [stack],
    finished: ['one'],
    openStore: () => Promise.reject(new HoldfastError('unavailable', 'the store did not answer')),
  });
  expect(outcomes).toMatchObject([{ consumer: 'Shop', result: 'undecided' }]);
  const lines = reportLines({ exitCode: 0, interrupted: false, settled: outcomes, deployment: 'one' });
  expect(lines).toEqual([
    'Shop: could not be settled: the store did not answer',
    'Everything that may be in use stays pinned. Once the reason is gone:',
    '  holdfast stack settle --stack-name Shop --deployment one',
  ]);
});
