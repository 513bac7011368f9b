import { describe, expect, test } from '@jest/globals';
import { findLocations } from '../../../src/index.js';

const hex = 'ab12'.repeat(16);
const key = `default/sha256/${hex.slice(0, 2)}/${hex}`;
const found = { slot: 'F.Code.S3Key', digest: `sha256:${hex}`, repository: 'default' };
const template = (value: string): string =>
  `Resources:\n  F:\n    Properties:\n      Code:\n        S3Key: ${value}\n`;
const digests = (text: string): string[] => [...new Set(findLocations(text).map(({ digest }) => digest))];

test('a literal location is found in its slot', () => {
  expect(findLocations(template(key))).toEqual([found]);
});

describe.each([
  ['single quotes', template(`'${key}'`)],
  ['double quotes', template(`"${key}"`)],
  ['capitals', template(key.toUpperCase())],
  ['a later generation', template(`${key}.g2`)],
  ['a key with an ending', template(`${key}.env`)],
  ['a later generation with an ending', template(`arn:aws:s3:::b/${key}.g2.tar.gz`)],
  ['a URL', template(`https://b.s3.eu-west-1.amazonaws.com/${key}?versionId=x`)],
  ['an encoded URL', template(`https://b.s3.amazonaws.com/${encodeURIComponent(key)}`)],
  ['a URL encoded twice', template(encodeURIComponent(encodeURIComponent(key)))],
  ['slashes escaped for JSON', template(`'${key.replaceAll('/', '\\/')}'`)],
  ['a text of JSON in the template', template(JSON.stringify(JSON.stringify({ key })))],
  ['a block scalar', template(`>-\n          aws s3 cp s3://b/${key} .`)],
  ['!Sub', template(`!Sub '\${Bucket}/${key}'`)],
  [
    '!Sub with variables',
    template(`!Sub ['\${P}/${hex.slice(0, 2)}/\${H}', {P: default/sha256, H: '${hex}'}]`),
  ],
  ['!Join', template(`!Join ['/', [default, sha256, '${hex.slice(0, 2)}', '${hex}']]`)],
  [
    'Fn::Join within Fn::Sub',
    template(`{'Fn::Sub': ['\${X}', {X: {'Fn::Join': ['', ['${key.slice(0, 30)}', '${key.slice(30)}']]}}]}`),
  ],
  [
    'Fn::Join over !Ref of a parameter with a default',
    `Parameters:\n  H: {Default: '${hex}'}\n${template(`!Join ['/', [default/sha256, '${hex.slice(0, 2)}', !Ref H]]`)}`,
  ],
  ['a mapping', `Mappings:\n  M:\n    eu-west-1:\n      Key: ${key}\n`],
  ['a content ARN', template(`arn:aws:holdfast:eu-west-1:123456789012:content/default/sha256:${hex}`)],
  ['a JSON template', JSON.stringify({ Resources: { F: { Properties: { Code: { S3Key: key } } } } })],
  ['a key of a map', template(`{'${key}': x}`)],
  ['an alias', `X: &k ${key}\n${template('*k')}`],
  ['a text that is no template', `- [not a template: "${key}`],
])('%s', (_, text) => {
  test('is found', () => {
    expect(digests(text)).toEqual([`sha256:${hex}`]);
  });
});

test.each([
  ['a digest of something else', hex],
  ['another folder before it', `zz/${hex}`],
  ['a longer number', `${hex.slice(0, 2)}/${hex}0`],
])('%s is no location', (_, value) => {
  expect(digests(template(`"${value}"`))).toEqual([]);
});

test('aliases of functions in aliases do not multiply', () => {
  const levels = Array.from({ length: 30 }, (_, n) => `L${n + 1}: &l${n + 1} !Join ['', [*l${n}, *l${n}]]`);
  expect(digests(`L0: &l0 ${key}\n${levels.join('\n')}\n`)).toEqual([`sha256:${hex}`]);
});
