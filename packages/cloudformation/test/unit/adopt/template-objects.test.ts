import { expect, test } from '@jest/globals';
import { findTemplateObjects, parseLocation } from '../../../src/adopt/template-objects.js';
import { provenanceOf } from '../../../src/adopt/provenance-of.js';

const known = new Map([
  ['AWS::Region', 'eu-west-1'],
  ['AWS::AccountId', '123456789012'],
]);

test.each([
  ['s3://bucket/a/b.zip', { bucket: 'bucket', key: 'a/b.zip' }],
  ['https://bucket.s3.eu-west-1.amazonaws.com/a%20b.yaml', { bucket: 'bucket', key: 'a b.yaml' }],
  ['https://s3.amazonaws.com/bucket/t.yaml?versionId=v1', { bucket: 'bucket', key: 't.yaml', version: 'v1' }],
  ['https://s3-eu-west-1.amazonaws.com/bucket/t.yaml', { bucket: 'bucket', key: 't.yaml' }],
  ['arn:aws:s3:::bucket/key', { bucket: 'bucket', key: 'key' }],
  ['https://example.com/a/b', undefined],
  ['./local', undefined],
])('%s', (text, expected) => {
  expect(parseLocation(text)).toEqual(expected);
});

test('YAML short forms, joins and variables, as far as they are known', () => {
  const text = `
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !Join ['/', [https:/, !Sub 'b-\${X}.s3.\${AWS::Region}.amazonaws.com', child.yaml]]
  Found:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !Sub ['https://\${B}.s3.\${AWS::Region}.amazonaws.com/child.yaml', {B: !Sub 'x-\${AWS::AccountId}'}]
`;
  expect(findTemplateObjects(text, known)).toEqual([
    {
      slot: 'Found.TemplateURL',
      resourceType: 'AWS::CloudFormation::Stack',
      object: { bucket: 'x-123456789012', key: 'child.yaml' },
    },
  ]);
});

test('text that is no template has none', () => {
  expect(findTemplateObjects('{', known)).toEqual([]);
});

test('only words that can mean nothing else are provenance', () => {
  const commit = 'a'.repeat(40);
  expect(provenanceOf({ 'Git:Commit': commit, repository_url: 'https://example.com/x' })).toEqual({
    commit,
    repositoryUrl: 'https://example.com/x',
  });
  expect(
    provenanceOf({ version: commit, commit: 'main', repository: 'https://user:pass@example.com/x' }),
  ).toEqual({});
});
