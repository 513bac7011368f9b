import { expect, test } from '@jest/globals';
import { withRetainedBucket } from '../../src/deploy/move-service.js';
import type { CloudFormationTemplate, Naming } from '../../src/host/types.js';
import { localFiles, makeLocal } from '../../src/template/local-template.js';

const upper = (name: string): string => `${name[0]!.toUpperCase()}${name.slice(1)}`;
const naming = {
  getLambdaLogicalId: (name: string) => `${upper(name)}LambdaFunction`,
  getLambdaLayerLogicalId: (name: string) => `${upper(name)}LambdaLayer`,
  getLambdaLayerS3KeyOutputLogicalId: (name: string) => `${upper(name)}LambdaLayerS3Key`,
  getLambdaLayerS3ObjectVersionOutputLogicalId: (name: string) => `${upper(name)}LambdaLayerS3ObjectVersion`,
} as Naming;

const FOLDER = 'serverless/shop/dev/1-1970';
const uploaded = (key: string): { S3Bucket: string; S3Key: string } => ({ S3Bucket: 'holdfast', S3Key: key });
const retained = `ModelLambdaLayer${'0a'.repeat(20)}`;

function hostTemplate(): CloudFormationTemplate {
  const lambda = (Code: unknown) => ({ Type: 'AWS::Lambda::Function', Properties: { Code } });
  return {
    Resources: {
      OneLambdaFunction: lambda(uploaded(`${FOLDER}/code.zip`)),
      TwoLambdaFunction: lambda(uploaded(`${FOLDER}/code.zip`)),
      ImageLambdaFunction: lambda({ ImageUri: 'repository/image' }),
      Custom: lambda(uploaded(`${FOLDER}/custom-resources.zip`)),
      Foreign: lambda(uploaded('elsewhere/code.zip')),
      Inline: lambda({ ZipFile: 'exports.handler = 1' }),
      [retained]: { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: uploaded('old/model.zip') } },
      ModelLambdaLayerPermission: { Type: 'AWS::Lambda::LayerVersionPermission', Properties: {} },
    },
    Outputs: {
      ServerlessDeploymentBucketName: { Value: 'holdfast' },
      ModelLambdaLayerS3Key: { Value: 'old/model.zip' },
      ModelLambdaLayerS3ObjectVersion: { Value: 'S3ObjectVersion' },
    },
  };
}

test('names files by what the service says of each function, not by the names of files', async () => {
  const template = hostTemplate();
  await makeLocal(
    template,
    {
      functions: new Map([
        ['one', 'holdfast/one.zip'],
        ['two', 'holdfast/two.zip'],
      ]),
      layers: new Map([['model', 'model.zip']]),
      uploadFolder: FOLDER,
      idPrefix: 'shop-dev',
    },
    naming,
  );
  const code = (id: string): unknown => template.Resources[id]?.Properties?.['Code'];
  expect(code('OneLambdaFunction')).toBe('holdfast/one.zip');
  expect(code('TwoLambdaFunction')).toBe('holdfast/two.zip');
  expect(code('Custom')).toBe('custom-resources.zip');
  expect(code('Foreign')).toEqual(uploaded('elsewhere/code.zip'));
  expect(code('Inline')).toEqual({ ZipFile: 'exports.handler = 1' });
  expect(code('ImageLambdaFunction')).toEqual({ ImageUri: 'repository/image' });
  expect(template.Resources[retained]?.Properties?.['Content']).toBe('model.zip');
  expect(template.Outputs).toEqual({
    ModelLambdaLayerS3Key: {
      Value: { 'Fn::Artifact': { Path: 'model.zip', As: 'key', Id: `shop-dev/${retained}` } },
    },
  });
  expect(localFiles(template)).toEqual([
    'holdfast/one.zip',
    'holdfast/two.zip',
    'custom-resources.zip',
    'model.zip',
  ]);
});

test('retains the old bucket and its policy, and needs no update when they are', () => {
  const before = {
    Resources: {
      ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
      ServerlessDeploymentBucketPolicy: { Type: 'AWS::S3::BucketPolicy' },
      Other: { Type: 'AWS::SNS::Topic' },
    },
  };
  const after = withRetainedBucket(before)!;
  for (const id of ['ServerlessDeploymentBucket', 'ServerlessDeploymentBucketPolicy']) {
    expect(after.Resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    // CloudFormation refuses an update of such policies alone.
    expect(after.Resources[id]?.Metadata).toBeDefined();
  }
  expect(after.Resources['Other']).toEqual({ Type: 'AWS::SNS::Topic' });
  expect(withRetainedBucket(after)).toBeUndefined();
});
