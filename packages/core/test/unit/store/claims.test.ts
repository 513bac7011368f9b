import { describe, expect, test } from '@jest/globals';
import type { JournalEntry, NotedVersion } from '../../../src/ports/index.js';
import { sortClaims } from '../../../src/store/rebuild/claims.js';

const version = (number: number, content: string, id = 'a'): NotedVersion => ({
  ...{
    kind: 'version',
    id,
    number,
    digest: `sha256:${content.repeat(64)}`,
    size: 1,
    mediaType: 'text/plain',
  },
  ...{ labels: {}, provenance: {}, publishedBy: 'x', publishedAt: '2026-01-01T00:00:00.000Z' },
});
const noted = (number: number, content: string): JournalEntry => ({
  line: version(number, content),
  source: 'journal',
});
const said = (number: number, content: string): JournalEntry => ({
  line: version(number, content),
  source: 'upload',
});
const deleted = (number: number): JournalEntry => ({
  line: { kind: 'deleted', id: 'a', number },
  source: 'journal',
});

function sorted(...entries: JournalEntry[]) {
  const [artifact] = sortClaims(entries);
  const texts = (versions: readonly NotedVersion[]) =>
    versions.map(({ number, digest }) => `${number}:${digest.at(-1)}`);
  return { back: texts(artifact!.versions), unclear: texts(artifact!.unclear), last: artifact!.last };
}

describe('what an artifact had', () => {
  test('is what the journal and the contents say, in order of the numbers', () => {
    expect(sorted(said(2, 'b'), noted(3, 'c'), said(1, 'a'))).toEqual({
      back: ['1:a', '2:b', '3:c'],
      unclear: [],
      last: 3,
    });
  });

  test('never gives a number to one of two contents that claim it', () => {
    expect(sorted(said(1, 'a'), said(1, 'b'))).toEqual({ back: [], unclear: ['1:a', '1:b'], last: 1 });
  });

  test('is the journal where a content guessed its number wrong, and where it was never recorded', () => {
    expect(sorted(said(1, 'a'), said(1, 'b'), noted(2, 'b'))).toEqual({
      back: ['1:a', '2:b'],
      unclear: [],
      last: 2,
    });
    expect(sorted(said(1, 'a'), noted(1, 'b'))).toEqual({ back: ['1:b'], unclear: [], last: 1 });
  });

  test('is without what was deleted, whose numbers stay taken', () => {
    expect(sorted(said(1, 'a'), noted(2, 'b'), deleted(2), deleted(5))).toEqual({
      back: ['1:a'],
      unclear: [],
      last: 5,
    });
  });

  test('is the later of two versions of one content', () => {
    expect(sorted(noted(1, 'a'), said(2, 'b'), noted(3, 'a'))).toEqual({
      back: ['2:b', '3:a'],
      unclear: [],
      last: 3,
    });
  });

  test('has each bookmark where it stood last, unless it was deleted', () => {
    const move = (name: string, at: string, number?: number): JournalEntry => ({
      line: { kind: 'bookmark', id: 'a', name, at, by: 'x', ...(number === undefined ? {} : { number }) },
      source: 'journal',
    });
    const [artifact] = sortClaims([
      move('prod', '2', 2),
      move('prod', '1', 1),
      move('old', '1', 1),
      move('old', '2'),
    ]);
    expect(artifact!.bookmarks).toEqual([{ name: 'prod', number: 2, at: '2', by: 'x' }]);
  });
});
