import { describe, expect, test } from '@jest/globals';
import type { Candidate } from '../../../scripts/service-table/candidates.js';
import { classify, REASONS, type Reviewed } from '../../../scripts/service-table/classify.js';

const NOTHING: Reviewed = { excluded: [], decided: [] };

function candidate(path: string, documentation = '', properties?: readonly string[]): Candidate {
  return {
    type: 'AWS::Test::Thing',
    path: path.split('.'),
    documentation,
    ...(properties === undefined
      ? {}
      : {
          properties: properties.map((name) => ({
            name: name.replace('!', ''),
            required: name.endsWith('!'),
          })),
        }),
  };
}

function decide(...candidates: Candidate[]): ReturnType<typeof classify> {
  return classify(candidates, NOTHING, () => false);
}

describe('an object', () => {
  test.each([
    [['Bucket!', 'Key!'], { form: 'object', bucket: 'Bucket', key: 'Key' }],
    [
      ['S3Bucket', 'S3Key', 'S3ObjectVersion', 'ETag'],
      { form: 'object', bucket: 'S3Bucket', key: 'S3Key', version: 'S3ObjectVersion' },
    ],
    [
      ['BucketARN', 'FileKey', 'ObjectVersion'],
      { form: 'object', bucket: 'BucketARN', key: 'FileKey', version: 'ObjectVersion', bucketArn: true },
    ],
  ])('of %j is one', (properties, shape) => {
    const { rows } = decide(candidate('Definition', 'Where it lies.', properties));
    expect(rows).toEqual([{ type: 'AWS::Test::Thing', path: 'Definition', shape, packing: 'file' }]);
  });

  test.each([
    ['Definition', ['Bucket', 'Prefix'], REASONS.noKey],
    ['Definition', ['Bucket', 'BucketName', 'Key'], REASONS.noKey],
    ['Definition', ['Bucket', 'Key', 'RoleArn!'], REASONS.more],
    ['OutputLocation', ['Bucket', 'Key'], REASONS.output],
    ['ErrorReport.S3', ['Bucket', 'Key'], REASONS.output],
    ['LogsLocation', ['Bucket', 'Key'], REASONS.output],
  ])('%s of %j is left out', (path, properties, reason) => {
    expect(decide(candidate(path, '', properties))).toEqual({
      rows: [],
      leftOut: [{ type: 'AWS::Test::Thing', path, reason }],
    });
  });

  test('speaks for its parts', () => {
    const whole = candidate('Code', '', ['Bucket', 'Key']);
    expect(decide(whole, candidate('Code.KeyPath', 'In S3.')).rows.map(({ path }) => path)).toEqual(['Code']);
  });
});

describe('text', () => {
  test.each([
    ['ScriptUri', 'The S3 URI of a script.', 'uri', 'file'],
    ['TemplateUrl', 'A template in S3: https://s3.amazonaws.com/bucket/key', 'url', 'file'],
    ['TemplateUrl', 'In S3, see [more](https://docs.aws.amazon.com).', 'uri', 'file'],
    ['CodeS3Location', 'Where it lies.', 'uri', 'any'],
    ['SourceUri', 'A zip in S3.', 'uri', 'any'],
    ['Scripts.*.Path', 'The location in S3 of the script.', 'uri', 'file'],
  ])('%s, "%s", is %s, %s', (path, documentation, form, packing) => {
    const { rows } = decide(candidate(path, documentation));
    expect(rows).toEqual([{ type: 'AWS::Test::Thing', path, shape: { form }, packing }]);
  });

  test.each([
    ['DataUri', 'The S3 prefix of the data.', REASONS.prefix],
    ['SourceUri', 'The S3 folder.', REASONS.prefix],
    ['OutputUri', 'An S3 URI.', REASONS.output],
    ['LogUri', 'An S3 URI.', REASONS.output],
  ])('%s, "%s", is left out', (path, documentation, reason) => {
    expect(decide(candidate(path, documentation)).leftOut).toEqual([
      { type: 'AWS::Test::Thing', path, reason },
    ]);
  });

  test('that is no location is not spoken of', () => {
    expect(decide(candidate('Name', 'The name of the S3 bucket.'))).toEqual({ rows: [], leftOut: [] });
  });

  test('about templates is no output because of the letters "temp"', () => {
    expect(decide(candidate('TemplateUri', 'In S3.')).rows).toHaveLength(1);
  });
});

describe('what people decided', () => {
  const type = 'AWS::Test::Thing';
  const script = candidate('ScriptUri', 'In S3.');

  test('wins over the rules', () => {
    const excluded = [{ type, path: 'ScriptUri', reason: 'because' }];
    expect(classify([script], { excluded, decided: [] }, () => false)).toEqual({
      rows: [],
      leftOut: [{ type, path: 'ScriptUri', reason: 'because' }],
    });
    const row = { type, path: 'ScriptUri', shape: { form: 'url' as const }, packing: 'any' as const };
    expect(classify([script], { excluded: [], decided: [row] }, () => false).rows).toEqual([row]);
  });

  test('may be about all below a path', () => {
    const excluded = [{ type, path: 'A.**', reason: 'because' }];
    const inner = candidate('A.B.ScriptUri', 'In S3.');
    expect(classify([inner], { excluded, decided: [] }, () => false).rows).toEqual([]);
  });

  test('does not outlive its property', () => {
    const excluded = [{ type, path: 'Gone', reason: 'because' }];
    expect(() => classify([script], { excluded, decided: [] }, () => false)).toThrow('AWS::Test::Thing Gone');
  });

  test('is not asked for where the other table has the property', () => {
    expect(classify([script], NOTHING, () => true)).toEqual({ rows: [], leftOut: [] });
  });
});
