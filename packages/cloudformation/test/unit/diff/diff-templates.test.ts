import { describe, expect, test } from '@jest/globals';
import { diffTemplates, type TemplateDiff } from '../../../src/index.js';

const version = (name: string): string => `arn:aws:holdfast:eu-west-1:123456789012:version/default/${name}`;

interface Fn {
  readonly version: string;
  readonly name?: string;
}

/** A packaged template with functions, in the YAML that packaging writes. */
function packaged(
  functions: Readonly<Record<string, Fn>>,
  nested: Readonly<Record<string, string>> = {},
): string {
  const lines = ['Resources:', '  Topic: {Type: AWS::SNS::Topic}'];
  for (const [id, { version: arn, name }] of Object.entries(functions)) {
    lines.push(
      `  ${id}:`,
      '    Type: AWS::Lambda::Function',
      `    Metadata: {Holdfast: {Code: {Version: "${arn}"}}}`,
      '    Properties:',
      `      Code: {S3Bucket: !FindInMap [Holdfast, !Ref AWS::Region, Bucket], S3Key: "${arn}"}`,
      ...(name === undefined ? [] : [`      FunctionName: ${name}`]),
    );
  }
  lines.push('Metadata:', '  Holdfast:', '    Artifacts:');
  for (const [slot, arn] of Object.entries(nested)) lines.push(`      "${slot}": {Version: "${arn}"}`);
  if (Object.keys(nested).length === 0) lines.push('      {}');
  return `${lines.join('\n')}\n`;
}

function diff(before: string, after: string): Promise<TemplateDiff> {
  return diffTemplates({ text: before, file: 'old.yaml' }, { text: after, file: 'new.yaml' });
}

describe('the difference of two packaged templates', () => {
  test('names what is added, changed and gone, and what CloudFormation does for it', async () => {
    const { changes, references } = await diff(
      packaged({
        Same: { version: version('same:1') },
        Changed: { version: version('changed:1') },
        Renamed: { version: version('renamed:1'), name: 'a' },
        Gone: { version: version('gone:1') },
      }),
      packaged({
        Same: { version: version('same:1') },
        Changed: { version: version('changed:2') },
        Renamed: { version: version('renamed:2'), name: 'b' },
        New: { version: version('new:1') },
      }),
    );
    const resourceType = 'AWS::Lambda::Function';
    expect(changes).toEqual([
      {
        slot: 'Changed.Code',
        logicalId: 'Changed',
        resourceType,
        impact: 'update',
        from: version('changed:1'),
        to: version('changed:2'),
      },
      { slot: 'Gone.Code', logicalId: 'Gone', resourceType, impact: 'destroy', from: version('gone:1') },
      { slot: 'New.Code', logicalId: 'New', resourceType, impact: 'create', to: version('new:1') },
      {
        slot: 'Renamed.Code',
        logicalId: 'Renamed',
        resourceType,
        impact: 'replace',
        from: version('renamed:1'),
        to: version('renamed:2'),
      },
    ]);
    expect(references.gained.map((it) => it.version)).toEqual(
      ['changed:2', 'renamed:2', 'new:1'].map(version),
    );
    expect(references.lost.map((it) => it.version)).toEqual(
      ['changed:1', 'renamed:1', 'gone:1'].map(version),
    );
    expect(references.kept).toBe(1);
  });

  test('loses no reference while another slot still uses the version', async () => {
    const { changes, references } = await diff(
      packaged({ A: { version: version('lib:1') }, B: { version: version('lib:1') } }),
      packaged({ A: { version: version('lib:1') }, B: { version: version('lib:2') } }),
    );
    expect(changes.map(({ slot }) => slot)).toEqual(['B.Code']);
    expect(references).toMatchObject({ gained: [{ version: version('lib:2') }], lost: [], kept: 1 });
  });

  test('sees into nested templates by the stamps on the parent', async () => {
    const { changes } = await diff(
      packaged({}, { 'Child/F.Code': version('f:1') }),
      packaged({}, { 'Child/F.Code': version('f:2') }),
    );
    expect(changes).toEqual([
      { slot: 'Child/F.Code', logicalId: 'Child/F', from: version('f:1'), to: version('f:2') },
    ]);
  });

  test('is nothing between a template and itself, in YAML and JSON', async () => {
    const json = JSON.stringify({
      Resources: {
        T: { Type: 'AWS::SNS::Topic', Metadata: { Holdfast: { X: { Version: version('a:1') } } } },
      },
    });
    for (const text of [packaged({ F: { version: version('f:1') } }), json, '{"Resources": {}}']) {
      const { changes, references } = await diff(text, text);
      expect(changes).toEqual([]);
      expect(references).toMatchObject({ gained: [], lost: [] });
    }
  });

  test('reads YAML and JSON, short and long forms as the same', async () => {
    const yaml =
      'Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Sub "${A}", K: !GetAtt B.C.D}\n';
    const json = JSON.stringify({
      Resources: {
        T: {
          Type: 'AWS::SNS::Topic',
          Properties: { TopicName: { 'Fn::Sub': '${A}' }, K: { 'Fn::GetAtt': ['B', 'C.D'] } },
          Metadata: { Holdfast: { X: { Version: version('a:1') } } },
        },
      },
    });
    expect((await diff(yaml, json)).changes).toMatchObject([{ slot: 'T.X', impact: 'update' }]);
    const stamped = yaml.replace(
      '    Properties',
      `    Metadata: {Holdfast: {X: {Version: "${version('a:2')}"}}}\n    Properties`,
    );
    expect((await diff(stamped, json)).changes).toMatchObject([{ slot: 'T.X', impact: 'update' }]);
  });

  test.each([
    ['a: [', 'old.yaml:1:'],
    ['- a list', 'old.yaml:1:1: not a template'],
    ['Resources:\n  A: {Metadata: {Holdfast: {X: {Version: nonsense}}}}\n', 'old.yaml:2:'],
  ])('refuses %j, with the place', async (text, message) => {
    const failure = diff(text, packaged({}));
    await expect(failure).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(message) as unknown,
    });
  });

  test('refuses aliases that stand for endless data', async () => {
    const after = packaged({ F: { version: version('f:1') } });
    const steps = Array.from(
      { length: 20 },
      (_, at) => `x${at + 1}: &x${at + 1} [${`*x${at},`.repeat(9)}]\n`,
    );
    await expect(diff(`Resources: {}\nx0: &x0 y\n${steps.join('')}`, after)).rejects.toMatchObject({
      code: 'invalid-input',
    });
    await expect(diff('Resources: {}\nloop: &a {b: *a}\n', after)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('old.yaml') as unknown,
    });
  });
});
