import { afterAll, expect, test } from '@jest/globals';
import { Workplace } from './workplace.js';

const places: Workplace[] = [];
afterAll(() => places.forEach((place) => place.remove()));

/** Three versions of one artifact with a bookmark, and another artifact. */
async function filled(): Promise<Workplace> {
  const place = new Workplace([]);
  places.push(place);
  for (const text of ['one', 'two', 'three']) {
    place.write('app.js', text);
    await place.must('publish', 'app.js', '--id', 'web/app');
  }
  await place.must('bookmark', 'set', 'web/app:2', 'prod');
  await place.must('publish', 'app.js', '--id', 'other', '--label', 'team=web');
  return place;
}

const STORE = 'file:store-folder';
const inBackup = ['--store', 'file:backup'];

test('copies from store to store, and a second time nothing', async () => {
  const place = await filled();
  const first = await place.run(['copy', STORE, 'file:backup']);
  expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' });
  expect(first.stderr).toMatch(
    /copied 4 versions of 2 artifacts, .* and 1 bookmark; 0 versions were there already\n$/,
  );

  expect(await place.json('copy', STORE, 'file:backup')).toMatchObject({ copied: 0, existing: 4, bytes: 0 });
  expect(await place.json('resolve', 'web/app:prod', ...inBackup)).toMatchObject({ version: { number: 2 } });
  expect(await place.json('show', 'other:1', ...inBackup)).toMatchObject({
    version: { labels: { team: 'web' } },
  });
  expect((await place.run(['verify', ...inBackup])).code).toBe(0);
});

test('copies only what is asked for, and says which numbers differ', async () => {
  const place = await filled();
  await place.must('delete', 'web/app:1', '--yes');
  for (const text of ['own', 'other']) {
    place.write('own.js', text);
    await place.must('publish', 'own.js', '--id', 'web/app', ...inBackup);
  }
  const copied = await place.run(['copy', STORE, 'file:backup', '--artifact', 'web']);
  expect(copied.code).toBe(0);
  expect(copied.stderr).toMatch(/warning: another number: arn:\S+web\/app:2 is arn:\S+web\/app:3\n/);
  expect(copied.stderr).toMatch(/warning: not copied, because it is deleted: arn:\S+web\/app:1\n/);
  expect((await place.run(['show', 'other:1', ...inBackup])).code).toBe(1);
});

test('events --relay says where a store has no event bus', async () => {
  const place = await filled();
  const refused = await place.run(['events', '--relay']);
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^error: a file: store has no event bus\nhint: /);
  expect((await place.run(['events', '--relay', '--after', '3'])).code).toBe(2);
});
