import { afterAll, describe, expect, test } from '@jest/globals';
import { versionArn, Workplace } from './workplace.js';

const places: Workplace[] = [];
afterAll(() => places.forEach((place) => place.remove()));

/** A store with so many versions of the artifact `shop/Api`. */
async function withVersions(count: number, ...configuration: readonly string[]): Promise<Workplace> {
  const place = new Workplace(configuration);
  places.push(place);
  for (let i = 1; i <= count; i += 1) {
    place.write('app.js', `content ${i}`);
    await place.must('publish', 'app.js', '--id', 'shop/Api', ...(i === 1 ? ['--label', 'tier=prod'] : []));
  }
  return place;
}

/** Says that the stack runs this version now. */
async function deploy(place: Workplace, number: number): Promise<void> {
  const file = place.write(
    'packaged.yaml',
    [
      'Resources:',
      '  Api:',
      '    Type: AWS::Lambda::Function',
      `    Metadata: { Holdfast: { Code: { Version: '${versionArn(`shop/Api:${number}`)}' } } }`,
      '    Properties: { Code: {} }',
    ].join('\n'),
  );
  await place.must('stack', 'register', '--stack-name', 'shop', '--template-file', file);
}

interface Report {
  readonly items: readonly { readonly arn: string; readonly action: string; readonly reason: string }[];
  readonly condemnedBytes: number;
  readonly freedBytes: number;
}

/** What gc says of the versions: number → action. */
function actions({ items }: Report): Record<string, string> {
  const versions = items.filter(({ arn }) => arn.includes(':version/'));
  return Object.fromEntries(versions.map(({ arn, action }) => [arn.split(':').at(-1)!, action]));
}

describe('a lifecycle', () => {
  test('is set from YAML, shown, and taken away again', async () => {
    const place = await withVersions(0);
    expect(await place.json('lifecycle', 'show')).toEqual({});
    place.write('rules.yaml', 'rules:\n  - prefix: shop\n    keepLast: 2\n');
    const set = await place.json('lifecycle', 'set', 'rules.yaml', '--expected', '0');
    const lifecycle = { rollback: 1, rules: [{ prefix: 'shop', keepLast: 2 }] };
    expect(set).toMatchObject({ lifecycle: { repository: 'default', revision: 1, lifecycle } });
    expect(await place.json('lifecycle', 'show')).toEqual(set);
    expect(await place.must('lifecycle', 'show')).toMatch(/rollback +1 .*\nRULE .*\n1 +shop +2$/s);
    const late = await place.run(['lifecycle', 'set', 'rules.yaml', '--expected', '0']);
    expect({ code: late.code, hint: late.stderr.includes('lifecycle show') }).toEqual({
      code: 1,
      hint: true,
    });
    await place.must('lifecycle', 'delete', '--expected', '1');
    const gone = await place.json<{ lifecycle: object }>('lifecycle', 'show');
    expect(gone).toMatchObject({ lifecycle: { revision: 2 } });
    expect(gone.lifecycle).not.toHaveProperty('lifecycle');
  });

  test('that is wrong is refused with exit code 2, naming what is', async () => {
    const place = await withVersions(0);
    const wrong = await place.run(['lifecycle', 'set', '-'], { input: '{"rules": [{"keepLasts": 2}]}' });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('"keepLasts" of rule 1');
    for (const input of ['', '{', 'rules: [']) {
      expect((await place.run(['lifecycle', 'set', '-'], { input })).code).toBe(2);
    }
    expect((await place.run(['lifecycle', 'set', 'nowhere.yaml'])).code).toBe(2);
    expect(await place.json('lifecycle', 'show')).toEqual({});
  });

  test('lets gc delete what nothing keeps: reported first, then restorable, then for good', async () => {
    const place = await withVersions(6, 'recoveryWindow: 2s');
    for (const number of [3, 4, 5]) await deploy(place, number);
    place.write('rules.json', '{"rules": [{"keepLast": 1, "keepLabelled": ["tier=prod"]}]}');
    await place.must('lifecycle', 'set', 'rules.json');

    const planned = await place.json<Report>('gc');
    const expected = { 1: 'keep', 2: 'condemn', 3: 'condemn', 4: 'keep', 5: 'keep', 6: 'keep' };
    expect(actions(planned)).toEqual(expected);
    expect(planned).toMatchObject({ condemnedBytes: 2 * 'content 2'.length, freedBytes: 0 });
    const reasonOf = (number: number) => planned.items.find(({ arn }) => arn.endsWith(`:${number}`))?.reason;
    expect(reasonOf(1)).toContain('labelled tier=prod');
    expect(reasonOf(2)).toContain('no rule keeps it: rule 1 keeps the last 1; labelled tier=prod');
    expect(reasonOf(4)).toContain('for rollback');
    expect(reasonOf(5)).toContain('used by 1 stack');
    expect(reasonOf(6)).toContain('among the last 1');
    expect(await place.json('show', 'shop/Api:2')).toMatchObject({ version: { state: 'live' } });

    expect(actions(await place.json<Report>('gc', '--apply', '--yes'))).toEqual(expected);
    expect(await place.json('show', 'shop/Api:2')).toMatchObject({ version: { state: 'condemned' } });
    expect(await place.json('undelete', 'shop/Api:3')).toMatchObject({ version: { state: 'live' } });
    await place.must('bookmark', 'set', 'shop/Api:3', 'keep');

    const window = Date.now() + 10_000;
    let report = await place.json<Report>('gc', '--apply', '--yes');
    while (actions(report)['2'] !== 'remove' && Date.now() < window) {
      report = await place.json<Report>('gc', '--apply', '--yes');
    }
    expect(actions(report)).toEqual({ ...expected, 2: 'remove', 3: 'keep' });
    expect(report.freedBytes).toBe('content 2'.length);
    expect((await place.run(['show', 'shop/Api:2'])).code).toBe(1);
    expect(await place.must('get', 'shop/Api:4', '-o', '-')).toBe('content 4');
  });

  test('is among the reasons of why', async () => {
    const place = await withVersions(3);
    for (const number of [1, 2]) await deploy(place, number);
    place.write('rules.yaml', 'rules: [{ keepLast: 2 }]');
    await place.must('lifecycle', 'set', 'rules.yaml');
    const kinds = async (ref: string) =>
      (await place.json<{ reasons: { kind: string }[] }>('why', ref)).reasons.map(({ kind }) => kind);
    expect(await kinds('shop/Api:1')).toEqual(['rollback']);
    expect(await kinds('shop/Api:2')).toEqual(['reference', 'lifecycle']);
    expect(await kinds('shop/Api:3')).toEqual(['lifecycle']);
    expect(await place.must('why', 'shop/Api:1')).toMatch(/rollback +\S+stack\/shop.*go back 1 version/);
    await deploy(place, 3);
    expect(await kinds('shop/Api:1')).toEqual([]);
    expect(await place.must('why', 'shop/Api:1')).toContain('nothing keeps it');
  });
});

describe('where-used', () => {
  test('names all users of an artifact, a version, a content and a bookmark', async () => {
    const place = await withVersions(2);
    await deploy(place, 2);
    await place.must('bookmark', 'set', 'shop/Api:1', 'prod');
    const users = await place.json<{ references: object[]; bookmarks: object[] }>('where-used', 'shop/Api');
    expect(users).toMatchObject({
      references: [{ kind: 'reference', slot: expect.stringMatching(/^Api\./), version: { number: 2 } }],
      bookmarks: [{ name: 'prod', number: 1 }],
    });
    expect(await place.must('where-used', 'shop/Api')).toMatch(
      /reference +arn:\S+stack\/shop +Api\.\S+ +shop\/Api:2/,
    );
    expect(await place.json('where-used', 'shop/Api:2')).toMatchObject({ references: users.references });
    expect(await place.json('where-used', 'shop/Api:2')).toMatchObject({ bookmarks: [] });
    const { version } = await place.json<{ version: { digest: string } }>('show', 'shop/Api:2');
    expect(await place.json('where-used', version.digest)).toMatchObject({ references: users.references });
    expect(await place.json('where-used', 'shop/Api:prod')).toMatchObject({
      references: [],
      bookmarks: [{ name: 'prod' }],
    });
    for (const nothing of ['nothing', 'shop/Api:nobody', `sha256:${'0'.repeat(64)}`]) {
      expect((await place.run(['where-used', nothing])).code).toBe(1);
    }
  });
});
