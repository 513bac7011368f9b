import { createHash, randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ContentCompressor } from '../../../src/packing/compress.js';
import { deflateContent } from '../../../src/packing/deflate-content.js';

let compressor: ContentCompressor | undefined;

afterEach(() => {
  compressor?.close();
});

function begin(content: Buffer) {
  content.copy(compressor!.memory(content.length));
  return compressor!.begin(content.length);
}

function beginPiece(piece: Buffer, last: boolean, by = compressor!) {
  piece.copy(by.memory(piece.length));
  return by.beginPiece(piece.length, last, 1);
}

/** As much as makes threads worth starting, of all sizes and kinds, empty and incompressible ones among them. */
const contents = Array.from({ length: 160 }, (_, i) => {
  const text = Buffer.from(`line ${i} of what compresses well; `.repeat((i * 37) % 2000));
  return i % 10 === 0 ? randomBytes((i * 997) % 300_000) : text;
});

test.each([0, 1, 6, 9])('threads give what the calling thread gives (level %i)', async (level) => {
  expect(contents.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(4_500_000);
  compressor = new ContentCompressor(level);
  const begun = contents.map(begin);
  for (const [i, content] of contents.entries()) {
    const { method, data } = await begun[i]!();
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

test('on threads, contents longer than a batch and memory that was asked for in vain disturb nothing', async () => {
  compressor = new ContentCompressor(6);
  const first = [Buffer.alloc(2_999_999, 'a')];
  const sizes = [1_100_000, 10, 3_000_000, 2 * 1024 * 1024, 500_000, 1_700_000, 5_000_000, 20];
  const all = [
    ...first,
    ...sizes.map((size, i) => (i % 3 === 2 ? randomBytes(size) : Buffer.alloc(size, `no ${i};`))),
  ];
  const begun = all.map((content) => {
    compressor!.memory(content.length + 1_000_000).fill(7);
    content.copy(compressor!.memory(content.length + 1));
    return compressor!.begin(content.length);
  });
  for (const [i, content] of all.entries()) {
    const { method, data } = await begun[i]!();
    expect((method === 'stored' ? Buffer.from(data) : inflateRawSync(data)).equals(content)).toBe(true);
  }
});

test.each([false, true])(
  'what the pieces of a content become makes one deflate stream (on threads: %s)',
  async (threads) => {
    compressor = new ContentCompressor(6);
    if (threads) await begin(Buffer.alloc(4_000_000, 'as much as makes threads worth starting'))();
    const pieces = [...contents.slice(0, 40), randomBytes(300_000), Buffer.from('e')];
    const begun = pieces.map((piece, i) => beginPiece(piece, i === pieces.length - 1));
    const data: Uint8Array[] = [];
    for (const piece of begun) data.push(Buffer.from(await piece()));
    expect(inflateRawSync(Buffer.concat(data)).equals(Buffer.concat(pieces))).toBe(true);
    expect(Buffer.concat(data).length).toBeLessThan(Buffer.concat(pieces).length / 2);
  },
);

test('pieces of any length, of what compresses well, badly and not at all, make one deflate stream', () => {
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 2000, size: 'max' }),
    fc
      .tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 2000 }))
      .map(([text, times]) => Buffer.from(text.repeat(times))),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1 }), fc.integer({ min: 0, max: 9 }), (pieces, level) => {
      const alone = new ContentCompressor(level);
      const data = pieces.map((each, i) => beginPiece(Buffer.from(each), i === pieces.length - 1, alone)());
      expect(inflateRawSync(Buffer.concat(data as Uint8Array[])).equals(Buffer.concat(pieces))).toBe(true);
    }),
  );
});
