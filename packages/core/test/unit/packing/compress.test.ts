import { randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { ContentCompressor } from '../../../src/packing/compress.js';
import { deflateContent } from '../../../src/packing/deflate-content.js';

let compressor: ContentCompressor | undefined;

afterEach(() => {
  compressor?.close();
});

/** As much as makes threads worth starting, of all sizes and kinds, empty and incompressible ones among them. */
const contents = Array.from({ length: 300 }, (_, i) => {
  const text = Buffer.from(`line ${i} of what compresses well; `.repeat((i * 37) % 2000));
  return i % 10 === 0 ? randomBytes((i * 997) % 300_000) : text;
});

test.each([0, 1, 6, 9])('threads give what the calling thread gives (level %i)', async (level) => {
  expect(contents.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(8_000_000);
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
    expect(data === undefined ? content : inflateRawSync(data)).toEqual(content);
  }
});
