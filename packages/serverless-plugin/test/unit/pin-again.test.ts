import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { HoldfastError, openStore, type ArtifactStore, type PinRequest, type Version } from '@holdfast/core';
import type { PastDeployment } from '../../src/history/deployments.js';
import { pinAgain } from '../../src/history/pin-again.js';

const FOREIGN = 'arn:aws:holdfast:eu-west-1:999999999999:version/payments/api:7';
const BOOKMARK = 'arn:aws:holdfast:eu-west-1:999999999999:bookmark/payments/api:prod';

let store: ArtifactStore;
let own: Version;
let past: PastDeployment;

async function publish(id: string, text: string): Promise<Version> {
  return (await store.publish({ id, source: { kind: 'bytes', bytes: Buffer.from(text) } })).version;
}

beforeEach(async () => {
  store = await openStore('memory:');
  own = await publish('shop-dev/List', 'code');
  const stamped = (stamp: object) => ({
    Type: 'AWS::Lambda::Function',
    Metadata: { Holdfast: { Code: stamp } },
  });
  const template = JSON.stringify({
    Resources: {
      List: stamped({ Version: own.arn }),
      Api: stamped({ Version: FOREIGN, Bookmark: BOOKMARK }),
    },
  });
  past = {
    directory: '1000-1970-01-01T00:00:01.000Z',
    template: await publish('shop-dev/serverless/template', template),
    state: await publish('shop-dev/serverless/state', '{}'),
    uses: [{ slot: 'List.Code', version: own }],
  };
});
afterEach(() => store.close());

function pinnedBy(pin: (request: PinRequest) => Promise<void>): Promise<void> {
  const { identity } = store;
  return pinAgain({ identity, open: (...args) => store.open(...args), pin }, 'shop-dev', past, 'd-1');
}

test('a rollback pins the own versions, and those of another account that only the deployed template names', async () => {
  const asked: PinRequest[] = [];
  await pinnedBy((request) => {
    asked.push(request);
    return Promise.resolve();
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.deployment).toBe('d-1');
  const { repository, id, number } = own;
  expect(asked[0]?.pins).toEqual([
    {
      slot: 'Api.Code',
      version: { repository: 'payments', id: 'api', number: 7, arn: FOREIGN },
      bookmark: 'prod',
    },
    { slot: 'List.Code', version: { repository, id, number } },
  ]);
});

test('what its owner has deleted since ends the rollback', async () => {
  const gone = new HoldfastError('not-found', `${FOREIGN} is not live`);
  await expect(pinnedBy(() => Promise.reject(gone))).rejects.toBe(gone);
});
