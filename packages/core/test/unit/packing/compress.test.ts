import { createHash, randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import {
  compressBlock,
  compressorName,
  ContentCompressor,
  LONG_SIZE,
} from '../../../src/packing/compress.js';
import { deflateContent } from '../../../src/packing/deflate-content.js';

let compressor: ContentCompressor | undefined;

afterEach(() => {
  compressor?.close();
});

/** As much as makes threads worth starting, of all sizes and kinds, empty and incompressible ones among them. */
const contents = Array.from({ length: 160 }, (_, i) => {
  const text = Buffer.from(`line ${i} of what compresses well; `.repeat((i * 37) % 2000));
  return i % 10 === 0 ? randomBytes((i * 997) % 300_000) : text;
});

test.each([0, 1, 6, 9])('threads give what the calling thread gives (level %i)', async (level) => {
  expect(contents.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(4_500_000);
  compressor = new ContentCompressor(level);
  const begun = contents.map((content) => compressor?.begin(content));
  for (const [i, content] of contents.entries()) {
    const { method, data } = (await begun[i]?.())!;
    const alone = deflateContent(content, level);
    expect(method).toBe(alone === undefined ? 'stored' : 'deflated');
    expect(Buffer.from(data).equals(alone ?? content)).toBe(true);
  }
});

test('what is compressed is a deflate stream of the content', () => {
  for (const content of contents.slice(0, 50)) {
    const data = deflateContent(content, 6);
    expect(data === undefined || inflateRawSync(data).equals(content)).toBe(true);
  }
});

test('contents of any sizes one after another, the longest first or last, do not touch each other', () => {
  const long = Buffer.from('a long line of text; '.repeat(150_000));
  for (const content of [Buffer.from('short '.repeat(9)), long, Buffer.from('a'.repeat(300)), long]) {
    const data = deflateContent(content, 6);
    expect(inflateRawSync(data!).equals(content)).toBe(true);
  }
});

test('what whole contents become is the same on every processor and system', () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `${i}: ${(i * 2_654_435_761) % 4_294_967_296}`);
  const data = deflateContent(Buffer.from(lines.join('\n')), 6)!;
  expect(createHash('sha256').update(data).digest('hex')).toBe(
    'a5a96d107d61f44c0e4e643865699d34e568ec7243dcbfa06e420c499039f3b4',
  );
});

test('blocks of the longest contents are compressed less and are deflate streams too, and the name of the compressor says from where on', async () => {
  const block = Buffer.from(contents.map((content) => content.toString('base64')).join('\n'));
  const before = Buffer.alloc(0);
  const short = await compressBlock(block, before, true, 6, LONG_SIZE - 1);
  const long = await compressBlock(block, before, true, 6, LONG_SIZE);
  expect(inflateRawSync(short).equals(block)).toBe(true);
  expect(inflateRawSync(long).equals(block)).toBe(true);
  expect(long.length).toBeGreaterThan(short.length);
  expect(long.length).toBeLessThan(1.1 * short.length);
  expect(compressorName(6)).toContain(`from ${LONG_SIZE} 4`);
});
