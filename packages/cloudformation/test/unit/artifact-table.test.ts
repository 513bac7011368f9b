import { describe, expect, test } from '@jest/globals';
import { ARTIFACT_TABLE, SECTION_TABLE, findArtifacts, rewriteTemplate } from '../../src/index.js';
import { BUCKET, placeAll } from '../support/placed.js';
import { readCloudFormation } from '../support/read-cloudformation.js';

const object = (key: string, version: string, storage?: string): Record<string, unknown> => ({
  Bucket: BUCKET,
  [key]: 'KEY',
  [version]: 'VERSION',
  ...(storage === undefined ? {} : { [storage]: 'REFERENCE' }),
});
const plain = object('Key', 'Version');
const lambda = {
  S3Bucket: BUCKET,
  S3Key: 'KEY',
  S3ObjectVersion: 'VERSION',
  S3ObjectStorageMode: 'REFERENCE',
};
const sam = object('Key', 'Version', 'StorageMode');
const uri = { 'Fn::Sub': ['s3://${Bucket}/KEY', { Bucket: BUCKET }] };
const url = {
  'Fn::Sub': [
    'https://s3.${AWS::Region}.${AWS::URLSuffix}/${Bucket}/KEY?versionId=VERSION',
    { Bucket: BUCKET },
  ],
};

/** What each property wants, written down apart from the table that the code uses. */
const WANTED: [type: string, path: string, value: unknown][] = [
  ['AWS::Serverless::Function', 'CodeUri', sam],
  ['AWS::Serverless::LayerVersion', 'ContentUri', sam],
  ['AWS::Serverless::Api', 'DefinitionUri', plain],
  ['AWS::Serverless::HttpApi', 'DefinitionUri', plain],
  ['AWS::Serverless::StateMachine', 'DefinitionUri', plain],
  ['AWS::Serverless::GraphQLApi', 'SchemaUri', 's3://artifacts-bucket/KEY'],
  ['AWS::Serverless::GraphQLApi', 'Resolvers.Query.post.CodeUri', 's3://artifacts-bucket/KEY'],
  ['AWS::Serverless::GraphQLApi', 'Functions.before.CodeUri', 's3://artifacts-bucket/KEY'],
  [
    'AWS::Serverless::Application',
    'Location',
    'https://artifacts-bucket.s3.eu-west-1.amazonaws.com/KEY?versionId=VERSION',
  ],
  ['AWS::CloudFormation::Stack', 'TemplateURL', url],
  ['AWS::CloudFormation::StackSet', 'TemplateURL', url],
  ['AWS::Lambda::Function', 'Code', lambda],
  ['AWS::Lambda::LayerVersion', 'Content', lambda],
  ['AWS::ApiGateway::RestApi', 'BodyS3Location', plain],
  ['AWS::ApiGatewayV2::Api', 'BodyS3Location', plain],
  ['AWS::StepFunctions::StateMachine', 'DefinitionS3Location', plain],
  ['AWS::ElasticBeanstalk::ApplicationVersion', 'SourceBundle', { S3Bucket: BUCKET, S3Key: 'KEY' }],
  ['AWS::Glue::Job', 'Command.ScriptLocation', uri],
  ['AWS::AppSync::GraphQLSchema', 'DefinitionS3Location', uri],
  ['AWS::AppSync::Resolver', 'RequestMappingTemplateS3Location', uri],
  ['AWS::AppSync::Resolver', 'ResponseMappingTemplateS3Location', uri],
  ['AWS::AppSync::Resolver', 'CodeS3Location', uri],
  ['AWS::AppSync::FunctionConfiguration', 'RequestMappingTemplateS3Location', uri],
  ['AWS::AppSync::FunctionConfiguration', 'ResponseMappingTemplateS3Location', uri],
  ['AWS::AppSync::FunctionConfiguration', 'CodeS3Location', uri],
  ['AWS::CloudFormation::ModuleVersion', 'ModulePackage', uri],
  ['AWS::CloudFormation::ResourceVersion', 'SchemaHandlerPackage', uri],
  ['AWS::CodeCommit::Repository', 'Code.S3', object('Key', 'ObjectVersion')],
];
const SECTIONS: [path: string, value: unknown][] = [
  ['Globals.Function.CodeUri', sam],
  ['Metadata.AWS::ServerlessRepo::Application.LicenseUrl', 's3://artifacts-bucket/KEY'],
  ['Metadata.AWS::ServerlessRepo::Application.ReadmeUrl', 's3://artifacts-bucket/KEY'],
];

function nest(path: string, value: unknown): Record<string, unknown> {
  const keys = path.split('.');
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
}

function dig(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], tree);
}

/** A block YAML text of plain maps and strings. */
function toYaml(tree: object, indent = ''): string {
  return Object.entries(tree)
    .map(([key, value]) =>
      typeof value === 'object'
        ? `${indent}${key}:\n${toYaml(value as object, `${indent}  `)}`
        : `${indent}${key}: ${String(value)}\n`,
    )
    .join('');
}

function packaged(template: object, format: 'yaml' | 'json'): unknown {
  const text = format === 'yaml' ? toYaml(template) : JSON.stringify(template, undefined, 2);
  const plan = findArtifacts(text, { file: 'template' });
  expect(plan.problems).toEqual([]);
  expect(plan.uses).toHaveLength(1);
  const placed = placeAll(plan, () => [
    { region: 'eu-west-1', bucket: 'artifacts-bucket', key: 'KEY', objectVersion: 'VERSION' },
  ]);
  const edited = rewriteTemplate(text, plan, placed, { storageMode: 'reference' });
  return format === 'yaml' ? readCloudFormation(edited) : (JSON.parse(edited) as unknown);
}

describe.each(['yaml', 'json'] as const)('in %s', (format) => {
  test.each(WANTED)('%s %s', (type, path, value) => {
    const template = { Resources: { Thing: { Type: type, Properties: nest(path, './local/path') } } };
    const result = packaged(template, format);
    expect(dig(result, ['Resources', 'Thing', 'Properties', ...path.split('.')])).toEqual(value);
    expect(dig(result, ['Resources', 'Thing', 'Metadata', 'Holdfast', path, 'Version'])).toMatch(
      /^arn:aws:holdfast:/,
    );
    expect(dig(result, ['Metadata', 'Holdfast', 'Artifacts', `Thing.${path}`, 'Version'])).toMatch(/^arn:/);
  });

  test.each(SECTIONS)('%s', (path, value) => {
    const template = { Resources: { T: { Type: 'AWS::SNS::Topic' } }, ...nest(path, './local/path') };
    const result = packaged(template, format);
    expect(dig(result, path.split('.'))).toEqual(value);
    expect(dig(result, ['Metadata', 'Holdfast', 'Artifacts', path, 'Version'])).toMatch(/^arn:/);
  });

  test('the location of an AWS::Include', () => {
    const include = { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: './local/path' } } };
    const result = packaged(
      { Resources: { Thing: { Type: 'A::B::C', Properties: { Body: include } } } },
      format,
    );
    const path = ['Resources', 'Thing', 'Properties', 'Body', 'Fn::Transform', 'Parameters', 'Location'];
    expect(dig(result, path)).toBe('s3://artifacts-bucket/KEY');
  });
});

test('every row of the tables is tested here', () => {
  const generic = (path: string): string =>
    path.replace('Resolvers.Query.post', 'Resolvers.*.*').replace('Functions.before', 'Functions.*');
  expect(ARTIFACT_TABLE.map(({ type, path }) => `${type} ${path.join('.')}`).sort()).toEqual(
    WANTED.map(([type, path]) => `${type} ${generic(path)}`).sort(),
  );
  expect(SECTION_TABLE.map(({ path }) => path.join('.'))).toEqual(SECTIONS.map(([path]) => path));
});

describe('required properties are refused when they are missing', () => {
  const required = ARTIFACT_TABLE.filter(({ required }) => required).map(
    ({ type, path }) => [type, path] as const,
  );

  test.each(required)('%s %s', (type, path) => {
    const text = `Resources:\n  Thing:\n    Type: ${type}\n    Properties:\n      Name: x\n`;
    const { problems } = findArtifacts(text, { file: 'template.yaml' });
    expect(problems).toMatchObject([{ line: 2, column: 3, logicalId: 'Thing', property: path.join('.') }]);
  });

  test.each(required)('%s %s: empty', (type, path) => {
    const nested = toYaml(nest(path.join('.'), ''), '      ');
    const text = `Resources:\n  Thing:\n    Type: ${type}\n    Properties:\n${nested}`;
    const { problems } = findArtifacts(text, { file: 'template.yaml' });
    expect(problems).toMatchObject([{ logicalId: 'Thing', property: path.join('.') }]);
    expect(problems[0]?.message).toContain('empty');
  });
});
