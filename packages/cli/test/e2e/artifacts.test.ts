import { afterAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionArn, Workplace } from './workplace.js';

const place = new Workplace();
afterAll(() => place.remove());

const sha256 = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

describe('publishing and reading', () => {
  test('a file gives its ARN on stdout, words on stderr, and the same bytes back', async () => {
    place.write('app.js', 'only here');
    const published = await place.run([
      'publish',
      'app.js',
      '--id',
      'files/app',
      '--label',
      'team=a',
      '--bookmark',
      'prod',
    ]);
    expect(published).toEqual({
      code: 0,
      stdout: `${versionArn('files/app:1')}\n`,
      stderr: 'published files/app:1 (9 B, uploaded)\nbookmark files/app:prod is on version 1\n',
    });
    expect((await place.run(['get', 'files/app:prod', '-o', 'back.js'])).stdout).toBe('');
    expect(readFileSync(join(place.folder, 'back.js'), 'utf8')).toBe('only here');
    expect(await place.must('get', 'files/app:1', '-o', '-')).toBe('only here');
  });

  test('the same content gives the same version, and other content the next', async () => {
    place.write('same.js', 'one');
    expect(await place.json('publish', 'same.js', '--id', 'again')).toMatchObject({
      outcome: 'created',
      version: { arn: versionArn('again:1'), digest: sha256('one'), size: 3, number: 1, provenance: {} },
    });
    expect(await place.json('publish', 'same.js', '--id', 'again')).toMatchObject({
      outcome: 'existing',
      uploaded: false,
      version: { number: 1 },
    });
    place.write('same.js', 'two!');
    expect(await place.must('publish', 'same.js', '--id', 'again')).toBe(versionArn('again:2'));
  });

  test('standard input, a directory and a digest can be published', async () => {
    const piped = await place.run(['publish', '-', '--id', 'piped', '--media-type', 'text/plain'], {
      input: 'from a pipe',
    });
    expect(piped.stdout).toBe(`${versionArn('piped:1')}\n`);
    expect(await place.json('show', 'piped:1')).toMatchObject({
      version: { digest: sha256('from a pipe'), mediaType: 'text/plain' },
    });
    expect(await place.json('publish', '--digest', sha256('from a pipe'), '--id', 'copied')).toMatchObject({
      uploaded: false,
      version: { arn: versionArn('copied:1') },
    });
    place.write('tree/index.js', 'x');
    expect(await place.json('publish', 'tree', '--id', 'tree')).toMatchObject({
      version: { mediaType: 'application/zip', treeDigest: expect.any(String) },
    });
  });

  test('what is not there is said in one line', async () => {
    for (const args of [
      ['publish', 'absent.js', '--id', 'x'],
      ['get', 'absent', '-o', 'x'],
      ['show', 'absent'],
      ['resolve', 'files/app:9'],
    ]) {
      const { code, stdout, stderr } = await place.run(args);
      expect({ args, failed: code === 1 || code === 2, stdout }).toEqual({ args, failed: true, stdout: '' });
      expect(stderr).toMatch(/^error: .*(absent|9).*\n(hint: .*\n)?$/);
    }
    expect(existsSync(join(place.folder, 'x'))).toBe(false);
  });

  test('a file that cannot be written is named, and nothing is left beside it', async () => {
    place.write('one.js', 'one');
    await place.must('publish', 'one.js', '--id', 'one');
    const { code, stderr } = await place.run(['get', 'one', '-o', 'no/such/folder/out']);
    expect(code).toBe(2);
    expect(stderr).toContain('"no/such/folder/out" cannot be written (ENOENT)');
    expect(readdirSync(place.folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('listing and naming', () => {
  test('list, show and resolve agree', async () => {
    place.write('listed.js', 'listed');
    await place.must('publish', 'listed.js', '--id', 'listed/a/b');
    expect(await place.json('list', 'listed')).toEqual({
      artifacts: [
        {
          arn: 'arn:aws:holdfast:local:000000000000:artifact/default/listed/a/b',
          ...{ repository: 'default', id: 'listed/a/b', latest: 1, versions: 1 },
        },
      ],
    });
    expect(await place.must('list', 'listed')).toBe('ARTIFACT    VERSIONS  LATEST\nlisted/a/b  1         1');
    expect(await place.json('list', 'nothing')).toEqual({ artifacts: [] });
    expect(await place.must('resolve', sha256('listed'))).toBe(versionArn('listed/a/b:1'));
    expect(await place.json('show', 'listed/a/b')).toMatchObject({
      id: 'listed/a/b',
      versions: [{ number: 1 }],
      bookmarks: [],
    });
  });

  test('bookmarks move by compare-and-set, and keep their history', async () => {
    place.write('marked.js', 'first');
    await place.must('publish', 'marked.js', '--id', 'marked', '--bookmark', 'prod');
    place.write('marked.js', 'second');
    await place.must('publish', 'marked.js', '--id', 'marked');
    const refused = await place.run(['bookmark', 'set', 'marked:2', 'prod', '--expect', 'none']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('stands on version 1');
    await place.must('bookmark', 'set', 'marked:2', 'prod', '--expect', '1');
    expect(await place.json('bookmark', 'list', 'marked')).toMatchObject({
      bookmarks: [{ name: 'prod', number: 2 }],
    });
    expect(await place.json('resolve', 'marked:prod')).toMatchObject({
      version: { number: 2 },
      through: 'arn:aws:holdfast:local:000000000000:bookmark/default/marked:prod',
    });
    await place.must('bookmark', 'delete', 'marked', 'prod');
    const { moves } = await place.json<{ moves: object[] }>('bookmark', 'history', 'marked', 'prod');
    expect(moves).toMatchObject([{ to: 1 }, { from: 1, to: 2 }, { from: 2 }]);
  });

  test('repositories keep their artifacts apart', async () => {
    place.write('apart.js', 'apart');
    await place.must('repository', 'create', 'other');
    await place.must('publish', 'apart.js', '--id', 'apart', '--repository', 'other');
    expect((await place.run(['resolve', 'apart'])).code).toBe(1);
    expect(await place.must('resolve', 'apart', '--repository', 'other')).toContain(':version/other/apart:1');
    expect((await place.run(['repository', 'delete', 'other', '--yes'])).code).toBe(3);
    await place.must('repository', 'create', 'empty');
    await place.must('repository', 'delete', 'empty', '--yes');
    const { repositories } = await place.json<{ repositories: { name: string }[] }>('repository', 'list');
    expect(repositories.map(({ name }) => name)).toEqual(['default', 'other']);
  });
});
