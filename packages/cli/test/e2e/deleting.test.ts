import { afterAll, describe, expect, test } from '@jest/globals';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionArn, Workplace } from './workplace.js';

const places: Workplace[] = [];
afterAll(() => places.forEach((place) => place.remove()));

function open(...configuration: readonly string[]): Workplace {
  const place = new Workplace(configuration);
  places.push(place);
  place.write('app.js', 'one');
  return place;
}

describe('deletion', () => {
  test('is refused with exit code 3 while a bookmark stands on the version, and says who', async () => {
    const place = open();
    await place.must('publish', 'app.js', '--id', 'app', '--bookmark', 'prod');
    const refused = await place.run(['delete', 'app:1', '--yes']);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(
      /^error: .*app:1 is in use by bookmark "prod".*\nhint: .*holdfast why .*\n$/,
    );
    const inJson = await place.run(['delete', 'app:1', '--yes', '--json']);
    expect(inJson.code).toBe(3);
    expect(JSON.parse(inJson.stderr)).toMatchObject({
      error: { code: 'in-use', data: { usage: { bookmarks: [{ name: 'prod' }] } } },
    });
    expect(await place.json('why', 'app:1')).toMatchObject({
      version: { state: 'live' },
      reasons: [{ kind: 'bookmark', bookmark: { name: 'prod' } }],
    });
    expect(await place.must('why', 'app:1')).toMatch(/is live, kept by\n.*KIND.*\n +bookmark +app:prod/);
    expect(await place.json('references', 'app:1')).toMatchObject({
      references: [],
      bookmarks: [{ name: 'prod' }],
    });
  });

  test('asks first: without a terminal it wants --yes, and nothing happens', async () => {
    const place = open();
    await place.must('publish', 'app.js', '--id', 'app');
    expect((await place.run(['delete', 'app:1'])).code).toBe(2);
    expect(await place.json('show', 'app:1')).toMatchObject({ version: { state: 'live' } });
  });

  test('can be taken back within the recovery window', async () => {
    const place = open();
    await place.must('publish', 'app.js', '--id', 'app');
    expect(await place.json('delete', 'app:1', '--yes')).toMatchObject({
      outcome: 'condemned',
      version: { arn: versionArn('app:1'), state: 'condemned', purgeAfter: expect.any(String) },
    });
    const gone = await place.run(['resolve', 'app:1']);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('undelete');
    expect(await place.json('gc', '--apply', '--yes')).toMatchObject({
      items: [{ action: 'keep' }],
      freedBytes: 0,
    });
    expect(await place.json('undelete', 'app:1')).toMatchObject({ version: { state: 'live' } });
    expect(await place.must('get', 'app:1', '-o', '-')).toBe('one');
  });

  test('is for good after the window, when gc has said why and done it', async () => {
    const place = open('recoveryWindow: 0s');
    await place.must('publish', 'app.js', '--id', 'app');
    await place.must('delete', 'app:1', '--yes');
    const planned = await place.json<{ items: object[] }>('gc', '--dry-run');
    expect(planned).toMatchObject({ dryRun: true, freedBytes: 3 });
    expect(planned.items).toContainEqual(
      expect.objectContaining({
        arn: versionArn('app:1'),
        action: 'remove',
        reason: expect.stringMatching(/./),
      }),
    );
    expect(await place.json('gc', '--yes')).toEqual(planned);
    expect(await place.json('gc')).toEqual(planned);
    expect(await place.json('undelete', 'app:1')).toMatchObject({ version: { state: 'live' } });
    await place.must('delete', 'app:1', '--yes');
    expect((await place.run(['gc', '--apply'])).code).toBe(2);
    expect((await place.run(['gc', '--apply', '--dry-run', '--yes'])).code).toBe(2);
    expect(await place.must('gc', '--apply', '--yes')).toContain(`remove  3 B   ${versionArn('app:1')}`);
    expect((await place.run(['undelete', 'app:1'])).code).toBe(1);
    expect(await place.must('publish', 'app.js', '--id', 'app')).toBe(versionArn('app:2'));
  });

  test('and refusal are events', async () => {
    const place = open();
    await place.must('publish', 'app.js', '--id', 'app', '--bookmark', 'prod');
    await place.run(['delete', 'app:1', '--yes']);
    const { events } = await place.json<{ events: { sequence: number; 'detail-type': string }[] }>('events');
    expect(events.map((event) => event['detail-type'])).toEqual([
      'Holdfast Version Published',
      'Holdfast Bookmark Moved',
      'Holdfast Deletion Refused',
    ]);
    expect(await place.json('events', '--after', '2')).toEqual({ events: events.slice(2) });
    expect(await place.must('events', '--after', '2')).toMatch(/^3 .* deletion refused +arn:\S+app:1$/);
  });
});

describe('verify', () => {
  test('finds a damaged content and repairs it from a file', async () => {
    const place = open();
    await place.must('publish', 'app.js', '--id', 'app');
    expect(await place.json('verify')).toEqual({ contents: 1, bytes: 3, problems: [] });
    const stored = readdirSync(place.store, { recursive: true, withFileTypes: true }).find(
      (entry) => entry.isFile() && /^[0-9a-f]{64}/.test(entry.name),
    );
    if (stored === undefined) throw new Error('the content lies somewhere else');
    const file = join(stored.parentPath, stored.name);
    chmodSync(file, 0o644);
    writeFileSync(file, 'bad');

    expect((await place.run(['get', 'app:1', '-o', 'out'])).code).toBe(1);
    expect(readdirSync(place.folder).sort()).toEqual(['app.js', 'holdfast.yaml', 'store-folder']);
    const found = await place.run(['verify', '--json']);
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({ problems: [{ problem: 'corrupt', repaired: false }] });
    place.write('other.js', 'not it');
    expect((await place.run(['verify', '--repair', '--from', 'other.js'])).code).toBe(1);
    expect(await place.json('verify', '--repair', '--from', '.')).toMatchObject({
      problems: [{ problem: 'corrupt', repaired: true }],
    });
    expect(await place.must('get', 'app:1', '-o', '-')).toBe('one');
  });

  test('repairs from another store', async () => {
    const [place, good] = [open(), open()];
    for (const each of [place, good]) await each.must('publish', 'app.js', '--id', 'app');
    const stored = readdirSync(place.store, { recursive: true, withFileTypes: true }).find(
      (entry) => entry.isFile() && /^[0-9a-f]{64}/.test(entry.name),
    );
    const file = join(stored?.parentPath ?? '', stored?.name ?? '');
    chmodSync(file, 0o644);
    writeFileSync(file, 'bad');
    await place.must('verify', '--repair', '--from', `file:${good.store}`);
    expect(await place.json('verify')).toMatchObject({ problems: [] });
  });
});
