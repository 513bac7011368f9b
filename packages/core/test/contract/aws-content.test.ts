import { afterAll, beforeAll, describe, test } from '@jest/globals';
import type { Engine } from '../../src/ports/index.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import type { S3Api } from '../../src/engines/aws/content/client.js';
import { contentStorageContract, type EngineHarness } from '../../src/testing/index.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { makeBucket, openTestS3 } from '../emulators/test-bucket.js';

/** Only the content storage: the suite asks for nothing else of these engines. */
function engineOf(content: S3Content): Engine {
  return { content } as unknown as Engine;
}

describe.each(['ministack', 'moto'] as const)('%s', (name) => {
  let emulator: Emulator;
  let clients: readonly [S3Api, S3Api];

  beforeAll(async () => {
    emulator = await startEmulator(name);
    clients = [await openTestS3(emulator), await openTestS3(emulator)];
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await emulator.stop();
  });

  const harness = (kind: string, bucketOptions: object, contentOptions: object = {}): EngineHarness => ({
    name: kind,
    open: async () => {
      const bucket = await makeBucket(emulator, bucketOptions);
      const [a, b] = clients.map((client) => engineOf(new S3Content(client, bucket, contentOptions)));
      return { handles: [a!, b!], close: async () => undefined };
    },
  });

  const harnesses =
    name === 'moto'
      ? [harness('a bucket with Object Lock', {})]
      : [
          harness('a bucket with Object Lock', {}),
          harness("a user's bucket", { objectLock: false, prefix: 'team/holdfast/' }),
        ];
  for (const promise of harnesses.flatMap(contentStorageContract)) {
    // The cases assert by themselves, so that other engines run them under any test runner.
    // eslint-disable-next-line jest/expect-expect, jest/valid-title -- see above; the titles are in the cases
    test(promise.name, () => promise.run());
  }
});
