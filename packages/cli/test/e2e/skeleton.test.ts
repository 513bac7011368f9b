import { afterAll, describe, expect, test } from '@jest/globals';
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Workplace } from './workplace.js';

const SAM_APP = resolve(__dirname, '../../../../examples/sam-app');
const CONSUMER = 'arn:aws:cloudformation:local:000000000000:stack/orders';

const place = new Workplace(['recoveryWindow: 0s']);
cpSync(SAM_APP, join(place.folder, 'app'), { recursive: true });
afterAll(() => place.remove());

const stack = ['--stack-name', 'orders'];
const packaging = [
  'package',
  '--template-file',
  'app/template.yaml',
  '--output-template-file',
  'packaged.yaml',
  ...stack,
];
const registering = ['stack', 'register', '--template-file', 'packaged.yaml', ...stack];

interface Packaged {
  readonly artifacts: readonly {
    readonly slot: string;
    readonly version: { readonly arn: string; readonly number: number };
  }[];
}

function versionAt({ artifacts }: Packaged, slot: string): string {
  return artifacts.find((it) => it.slot === slot)?.version.arn ?? `nothing at ${slot}`;
}

const SLOT = 'AcceptOrder.CodeUri';

describe('a SAM application on the embedded engine', () => {
  test('is packaged, registered, protected, replaced, removed and swept', async () => {
    const planned = await place.json<{ artifacts: { slot: string; id: string }[] }>(
      ...packaging,
      '--dry-run',
    );
    expect(planned.artifacts).toContainEqual({
      slot: SLOT,
      id: 'orders/AcceptOrder',
      source: 'src/accept-order',
      kind: 'directory',
      path: join(place.folder, 'app/src/accept-order'),
    });
    expect((await place.json<{ artifacts: object[] }>('list')).artifacts).toEqual([]);

    const unplaced = await place.run(packaging);
    expect(unplaced.code).toBe(2);
    expect(unplaced.stderr).toMatch(/^error: .*bucket.*\nhint: .*--bucket.*\n$/);

    place.write('holdfast.yaml', 'store: file:store-folder\nrecoveryWindow: 0s\nbucket: my-artifacts\n');
    const first = await place.json<Packaged>(...packaging);
    expect(first.artifacts.map(({ slot }) => slot).sort()).toEqual(
      planned.artifacts.map(({ slot }) => slot).sort(),
    );
    const used = versionAt(first, SLOT);
    expect(readFileSync(join(place.folder, 'packaged.yaml'), 'utf8')).toContain(used);

    // Packaging alone protects: a deployment may be on its way.
    expect((await place.run(['delete', used, '--yes'])).code).toBe(3);
    await place.must(...registering);
    expect(await place.json('references', ...stack)).toMatchObject({
      consumer: CONSUMER,
      references: expect.arrayContaining([expect.objectContaining({ kind: 'reference', slot: SLOT })]),
    });
    expect(await place.must('why', used)).toContain(`reference  ${CONSUMER}  ${SLOT}`);
    const refused = await place.run(['delete', used, '--yes']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`${CONSUMER} (${SLOT})`);

    place.write('app/src/accept-order/index.js', 'exports.handler = async () => "changed";\n');
    const second = await place.json<Packaged>(...packaging);
    const next = versionAt(second, SLOT);
    expect(next).not.toBe(used);
    // Until the stack settles it may run either.
    for (const version of [used, next]) expect((await place.run(['delete', version, '--yes'])).code).toBe(3);
    await place.must(...registering);
    expect((await place.run(['delete', next, '--yes'])).code).toBe(3);
    await place.must('delete', used, '--yes');

    expect((await place.run(['stack', 'remove', ...stack])).code).toBe(2);
    await place.must('stack', 'remove', ...stack, '--yes');
    for (const { version } of second.artifacts) await place.must('delete', version.arn, '--yes');
    await place.must('gc', '--apply', '--yes');
    expect(await place.json('list')).toEqual({ artifacts: [] });
    expect(await place.json('verify')).toEqual({ contents: 0, bytes: 0, problems: [] });
  });
});
