import { afterAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Workplace } from './workplace.js';

const places: Workplace[] = [];
function open(configuration: readonly string[] = ['bucket: my-artifacts']): Workplace {
  const place = new Workplace(configuration);
  places.push(place);
  return place;
}
afterAll(() => places.forEach((place) => place.remove()));

const fn = (name: string, path: string): string =>
  `  ${name}:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: ${path}}\n`;
const stack = ['--stack-name', 'shop'];

function packaging(output: string, ...more: readonly string[]): string[] {
  return ['package', '--template-file', 'template.yaml', '--output-template-file', output, ...stack, ...more];
}

describe('package --dry-run', () => {
  test('says what would be published, as a table and as JSON, and touches nothing', async () => {
    const place = open();
    place.write('src/index.js', '1');
    place.write('child.yaml', `Resources:\n${fn('Inner', 'one.js')}`);
    place.write('one.js', '1234');
    const arn = 'arn:aws:holdfast:local:000000000000:version/default/lib:1';
    place.write(
      'template.yaml',
      `Resources:\n${fn('F', 'src')}${fn('G', arn)}  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}\n`,
    );
    const { dryRun, artifacts } = await place.json<{ dryRun: boolean; artifacts: object[] }>(
      ...packaging('out.yaml', '--dry-run'),
    );
    expect(dryRun).toBe(true);
    const at = (name: string): string => join(place.folder, name);
    expect(artifacts).toEqual([
      { slot: 'F.CodeUri', id: 'shop/F', source: 'src', kind: 'directory', path: at('src') },
      { slot: 'G.CodeUri', source: arn, kind: 'arn' },
      {
        slot: 'Child/Inner.CodeUri',
        id: 'shop/Child/Inner',
        source: 'one.js',
        kind: 'file',
        path: at('one.js'),
        size: 4,
      },
      {
        slot: 'Child.TemplateURL',
        id: 'shop/Child',
        source: 'child.yaml',
        kind: 'template',
        path: at('child.yaml'),
      },
    ]);
    const table = await place.must(...packaging('out.yaml', '--dry-run'));
    expect(table.split('\n')[0]).toMatch(/^SLOT +ARTIFACT +FROM +KIND +SIZE$/);
    expect(table).toMatch(/Child\/Inner.CodeUri +shop\/Child\/Inner +one.js +file +4 B/);
    expect(existsSync(at('out.yaml'))).toBe(false);
    expect(existsSync(place.store)).toBe(false);
  });

  test('reports all that is wrong in one error, with places', async () => {
    const place = open();
    place.write(
      'template.yaml',
      `Resources:\n${fn('A', 'nowhere')}${fn('B', '!Artifact {Path: x, As: file}')}`,
    );
    const { code, stderr, stdout } = await place.run(packaging('out.yaml', '--dry-run'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: 2 problems:\n +template.yaml:4:/);
    expect(stderr).toContain('template.yaml:4:27: A.CodeUri: there is nothing at "nowhere"');
    expect(stderr).toContain('template.yaml:7:37: B.CodeUri: Fn::Artifact does not know As "file"');
  });
});

test('a path that leads out of the project is taken only when that is allowed', async () => {
  const [place, other] = [open(), open()];
  other.write('secret/index.js', '1');
  symlinkSync(join(other.folder, 'secret'), join(place.folder, 'link'));
  place.write('template.yaml', `Resources:\n${fn('F', './link')}`);
  const refused = await place.run(packaging('out.yaml'));
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/template\.yaml:4:27: F\.CodeUri: ".\/link" lies outside of the project/);
  expect(refused.stderr).toContain('--allow-outside');
  expect(existsSync(join(place.folder, 'out.yaml'))).toBe(false);
  await place.must(...packaging('out.yaml', '--allow-outside'));
});

test('regions are given as words or joined by commas', async () => {
  const place = open();
  place.write('template.yaml', `Resources:\n${fn('F', 'src')}`);
  place.write('src/index.js', '1');
  const table = (regions: readonly string[]): Promise<string> =>
    place.must('package', '--template-file', 'template.yaml', ...stack, '--regions', ...regions);
  expect(await table(['eu-west-1,'])).toMatch(/Holdfast:\n {4}eu-west-1:\n {6}Bucket: my-artifacts$/);
  for (const regions of [['eu-west-1,us-east-1'], ['eu-west-1', 'us-east-1']]) {
    const { code, stderr } = await place.run([
      'package',
      '--template-file',
      'template.yaml',
      ...stack,
      '--regions',
      ...regions,
    ]);
    // One bucket is in one region: a store with replicas is wanted for two.
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not in "eu-west-1"') as unknown,
    });
  }
});

test('several regions each have a bucket of their own', async () => {
  const place = open();
  place.write('template.yaml', `Resources:\n${fn('F', 'src')}`);
  place.write('src/index.js', '1');
  const args = ['package', '--template-file', 'template.yaml', '--stack-name', 'shop'];

  const text = await place.must(...args, '--bucket', 'eu-west-1=acme-eu,us-east-1=acme-us');

  expect(text).toMatch(/eu-west-1:\n {6}Bucket: acme-eu\n {4}us-east-1:\n {6}Bucket: acme-us$/);
  const missing = await place.run([
    ...args,
    '--bucket',
    'eu-west-1=acme-eu',
    '--regions',
    'eu-west-1,us-east-1',
  ]);
  expect(missing).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no bucket is named for region "us-east-1"') as unknown,
  });
});

describe('two packaged templates', () => {
  test('are compared: what changes, and what references are gained and lost', async () => {
    const place = open();
    place.write('template.yaml', `Resources:\n${fn('F', 'src')}${fn('G', 'src2')}`);
    place.write('src/index.js', '1');
    place.write('src2/index.js', 'same');
    await place.must(...packaging('old.yaml'));
    place.write('src/index.js', '2');
    await place.must(...packaging('new.yaml'));

    const table = await place.must('diff', 'old.yaml', 'new.yaml');
    expect(table).toMatch(/^RESOURCE +SLOT +FROM +TO +CHANGE\nF +CodeUri +shop\/F:1 +shop\/F:2 +update$/);
    const arn = (number: number): string =>
      `arn:aws:holdfast:local:000000000000:version/default/shop/F:${number}`;
    expect(await place.json('diff', 'old.yaml', 'new.yaml')).toEqual({
      changes: [
        {
          slot: 'F.CodeUri',
          logicalId: 'F',
          resourceType: 'AWS::Serverless::Function',
          impact: 'update',
          from: arn(1),
          to: arn(2),
        },
      ],
      references: {
        gained: [{ slot: 'F.CodeUri', version: arn(2) }],
        lost: [{ slot: 'F.CodeUri', version: arn(1) }],
        kept: 1,
      },
    });
    const same = await place.run(['diff', 'old.yaml', 'old.yaml']);
    expect(same).toMatchObject({ code: 0, stdout: '' });
    expect(same.stderr).toBe('0 artifacts changed, 2 unchanged; 0 references gained, 0 lost\n');
  });

  test('that cannot be read are told apart from those that are none', async () => {
    const place = open();
    place.write('broken.yaml', 'a: [');
    expect(await place.run(['diff', 'gone.yaml', 'broken.yaml'])).toMatchObject({
      code: 2,
      stderr: 'error: "gone.yaml" cannot be read (ENOENT)\n',
    });
    const broken = await place.run(['diff', 'broken.yaml', 'broken.yaml']);
    expect(broken).toMatchObject({ code: 2, stdout: '' });
    expect(broken.stderr).toMatch(/^error: broken\.yaml:1:\d+: not valid YAML/);
  });
});

test('a deployment that does not happen is abandoned; why says how', async () => {
  const place = open();
  place.write('template.yaml', `Resources:\n${fn('F', 'src')}`);
  place.write('src/index.js', '1');
  const deployment = 'build-17';
  const named = packaging('out.yaml', '--deployment', deployment);
  expect(await place.json<{ deployment: string }>(...named)).toMatchObject({ deployment });
  const command = `holdfast stack abandon --stack-name shop --deployment ${deployment}`;
  expect((await place.run(['why', 'shop/F:1'])).stderr).toContain(command);

  const abandoning = ['stack', 'abandon', ...stack, '--deployment', deployment];
  expect((await place.run(abandoning)).code).toBe(2);
  expect((await place.run(['delete', 'shop/F:1', '--yes'])).code).toBe(3);
  const abandoned = await place.run([...abandoning, '--yes']);
  expect(abandoned).toMatchObject({ code: 0 });
  expect(abandoned.stderr).toContain('stack/shop: 0 references added, 1 pin released');
  await place.must('delete', 'shop/F:1', '--yes');
  expect((await place.run([...abandoning, '--yes'])).code).toBe(1);
  expect(readFileSync(join(place.folder, 'out.yaml'), 'utf8')).toContain('shop/F:1');
});
