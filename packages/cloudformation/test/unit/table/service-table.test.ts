import { describe, expect, test } from '@jest/globals';
import { SERVICE_TABLE, findArtifacts, rewriteTemplate, type ArtifactRow } from '../../../src/index.js';
import { BUCKET, placeAll } from '../../support/placed.js';

const ARN = 'arn:aws:holdfast:eu-west-1:123456789012:version/default/a:1';
const ROWS = SERVICE_TABLE.map((row) => [`${row.type} ${row.path.join('.')}`, row] as const);

/** A template with a value at a row's place; a list where the path says `*`. */
function templateOf({ type, path, when }: ArtifactRow, value: unknown): string {
  const beside = when === undefined ? {} : { [when.key]: when.equals };
  // The nearest map around the value is that of the last name in the path.
  const last = path.findLastIndex((name) => name !== '*');
  const properties = path.reduceRight<unknown>((inner, name, at) => {
    if (name === '*') return [inner];
    return at === last ? { ...beside, [name]: inner } : { [name]: inner };
  }, value);
  return JSON.stringify({ Resources: { Thing: { Type: type, Properties: properties } } });
}

const slotOf = ({ path }: ArtifactRow): string => `Thing.${path.join('.').replaceAll('*', '0')}`;

function digValue(text: string, { path }: ArtifactRow): unknown {
  const root = (JSON.parse(text) as { Resources: { Thing: { Properties: unknown } } }).Resources.Thing;
  return path.reduce<unknown>((at, key) => (at as never)[key === '*' ? 0 : key], root.Properties);
}

const LEFT_ALONE = [
  'my-bucket',
  'some/file',
  '/some/file',
  '',
  '~',
  '.hidden',
  { Ref: 'X' },
  ['x'],
  { Bucket: 'x' },
];

describe.each(ROWS)('%s', (_name, row) => {
  const find = (value: unknown): ReturnType<typeof findArtifacts> =>
    findArtifacts(templateOf(row, value), { file: 't.json' });

  test('takes what begins with a dot and a slash, and ARNs', () => {
    for (const value of ['./file', '../file', ARN]) {
      const { uses, problems } = find(value);
      expect(problems).toEqual([]);
      expect(uses.map(({ slot }) => slot)).toEqual([slotOf(row)]);
    }
  });

  test('takes !Artifact with any path', () => {
    const { uses, problems } = find({ 'Fn::Artifact': 'some/file' });
    expect(problems).toEqual([]);
    expect(uses).toMatchObject([{ slot: slotOf(row), value: { path: 'some/file' }, shape: row.shape }]);
  });

  test('leaves everything else alone', () => {
    for (const value of LEFT_ALONE) {
      const { uses, problems } = find(value);
      expect({ value, uses, problems }).toEqual({ value, uses: [], problems: [] });
    }
  });
});

const sub = (text: string): unknown => ({ 'Fn::Sub': [text, { Bucket: BUCKET }] });

/** What services want, written down from their documentation. */
const WANTED: [place: string, value: unknown][] = [
  [
    'AWS::KinesisAnalyticsV2::Application ApplicationConfiguration.ApplicationCodeConfiguration.CodeContent.S3ContentLocation',
    { BucketARN: sub('arn:${AWS::Partition}:s3:::${Bucket}'), FileKey: 'KEY', ObjectVersion: 'VERSION' },
  ],
  [
    'AWS::KafkaConnect::CustomPlugin Location.S3Location',
    { BucketArn: sub('arn:${AWS::Partition}:s3:::${Bucket}'), FileKey: 'KEY', ObjectVersion: 'VERSION' },
  ],
  ['AWS::Lex::Bot BotFileS3Location', { S3Bucket: BUCKET, S3ObjectKey: 'KEY', S3ObjectVersion: 'VERSION' }],
  ['AWS::AppStream::Application IconS3Location', { S3Bucket: BUCKET, S3Key: 'KEY' }],
  ['AWS::EMR::Cluster BootstrapActions.*.ScriptBootstrapAction.Path', sub('s3://${Bucket}/KEY')],
  ['AWS::SageMaker::Model PrimaryContainer.ModelDataUrl', sub('s3://${Bucket}/KEY')],
  ['AWS::CodeBuild::Project Source.Location', sub('${Bucket}/KEY')],
  ['AWS::CodeBuild::Project Environment.Certificate', sub('arn:${AWS::Partition}:s3:::${Bucket}/KEY')],
  [
    'AWS::ECS::TaskDefinition ContainerDefinitions.*.EnvironmentFiles.*.Value',
    sub('arn:${AWS::Partition}:s3:::${Bucket}/KEY'),
  ],
  ['AWS::SSM::Document Attachments.*.Values.*', sub('s3://${Bucket}/KEY')],
];

test.each(WANTED)('%s gets the form that the service wants', (place, value) => {
  const row = ROWS.find(([name]) => name === place)![1];
  const text = templateOf(row, './file');
  const plan = findArtifacts(text, { file: 't.json' });
  const placed = placeAll(plan, () => [
    { region: 'eu-west-1', bucket: 'artifacts-bucket', key: 'KEY', objectVersion: 'VERSION' },
  ]);
  expect(digValue(rewriteTemplate(text, plan, placed), row)).toEqual(value);
});

test('"As: object" writes the key names of the property', () => {
  const row = ROWS.find(([name]) => name === 'AWS::Lex::Bot BotFileS3Location')![1];
  const text = templateOf(row, { 'Fn::Artifact': { Path: 'bot', As: 'object' } });
  const plan = findArtifacts(text, { file: 't.json' });
  const edited = rewriteTemplate(text, plan, placeAll(plan));
  expect(Object.keys(digValue(edited, row) as object)).toEqual([
    'S3Bucket',
    'S3ObjectKey',
    'S3ObjectVersion',
  ]);
});

test('"As" a part of it goes into the object that is written out', () => {
  const part = (As: string): object => ({ 'Fn::Artifact': { Path: 'plugin.jar', As } });
  const row = ROWS.find(([name]) => name === 'AWS::Lex::Bot BotFileS3Location')![1];
  const text = templateOf(row, { S3Bucket: part('bucket'), S3ObjectKey: part('key') });
  const plan = findArtifacts(text, { file: 't.json' });
  expect(plan.problems).toEqual([]);
  expect(plan.uses.map(({ slot, shape }) => [slot, shape.form])).toEqual([
    ['Thing.BotFileS3Location.S3Bucket', 'bucket'],
    ['Thing.BotFileS3Location.S3ObjectKey', 'key'],
  ]);
});

describe('a source of CodeBuild', () => {
  const text = (type: string): string =>
    `Resources:\n  P:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source: {Type: ${type}, Location: ./src}\n`;

  test.each([
    ['S3', 1],
    ['GITHUB', 0],
    ['!Ref Type', 0],
  ])('of type %s has %i artifacts', (type, count) => {
    expect(findArtifacts(text(type), { file: 't.yaml' }).uses).toHaveLength(count);
  });
});
