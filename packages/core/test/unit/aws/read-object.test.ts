import { expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { S3Api } from '../../../src/engines/aws/content/client.js';
import { S3Content } from '../../../src/engines/aws/content/s3-content.js';

const bytes = Buffer.from('0123456789'.repeat(10));
const bucket = { name: 'b', region: 'eu-west-1', owner: '123456789012', prefix: '', objectLock: true };
const copy = { repository: 'default', digest: `sha256:${'0'.repeat(64)}`, generation: 1 } as const;

/** An object of a hundred bytes whose every answer ends, or breaks, after as many bytes as it is told. */
function tornAfter(count: number, end: 'breaks' | 'ends') {
  const asked: unknown[] = [];
  const get = async ({ Range, VersionId }: { Range?: string; VersionId?: string }) => {
    asked.push([Range, VersionId]);
    const from = Number(/^bytes=(\d+)-$/.exec(Range ?? '')?.[1] ?? 0);
    const answer = async function* () {
      yield bytes.subarray(from, from + count);
      // What was read must have left the stream before it is torn: a torn stream forgets the rest.
      await new Promise((next) => setImmediate(next));
      if (end === 'breaks' && from + count < bytes.length) throw new Error('torn');
    };
    return {
      Body: Readable.from(answer(), { highWaterMark: 1 }),
      ContentLength: bytes.length - from,
      VersionId: 'v1',
      ...(Range === undefined ? {} : { ContentRange: `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    };
  };
  return { asked, content: new S3Content({ get } as unknown as S3Api, bucket) };
}

test.each(['breaks', 'ends'] as const)(
  'an answer that %s early is asked for again, from there on',
  async (end) => {
    const { asked, content } = tornAfter(40, end);
    expect((await buffer(await content.open(copy))).toString()).toBe(bytes.toString());
    expect(asked).toHaveLength(3);
    expect(asked.slice(1)).toEqual([
      ['bytes=40-', 'v1'],
      ['bytes=80-', 'v1'],
    ]);
  },
);

test('a read that gets no further fails, and says how far it got', async () => {
  const { asked, content } = tornAfter(0, 'ends');
  await expect(buffer(await content.open(copy))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('0 of 100 bytes'),
  });
  expect(asked.length).toBeLessThan(10);
});
