import { afterAll, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTooBig, keyNameOf } from '../../src/big-template.js';
import { ejectTemplate } from '../../src/eject-template.js';
import { findSam } from '../../src/find-sam.js';
import { parseTemplate } from '../../src/template-data.js';
import { translatorVersion } from '../../src/translator.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-templates-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('functions in their short form are those of the long form', () => {
  const text =
    'A: !GetAtt Fn.Arn\nB: !Sub ["${X}", {X: !Ref Y}]\nC: !If [Prod, 1, !Ref "AWS::NoValue"]\nD: !GetAtt [Fn, Arn]\n';
  expect(parseTemplate(text)).toEqual({
    A: { 'Fn::GetAtt': ['Fn', 'Arn'] },
    B: { 'Fn::Sub': ['${X}', { X: { Ref: 'Y' } }] },
    C: { 'Fn::If': ['Prod', 1, { Ref: 'AWS::NoValue' }] },
    D: { 'Fn::GetAtt': ['Fn', 'Arn'] },
  });
});

test('a template is too big by what sam writes of it, comments left out and its own IDs put in', () => {
  const comment = `# ${'x'.repeat(60_000)}\n`;
  expect(isTooBig(`${comment}Resources: { A: { Type: AWS::SNS::Topic } }\n`)).toBe(false);
  const topics = (count: number): string =>
    `Resources:\n${Array.from({ length: count }, (_, i) => `  Topic${i}: { Type: AWS::SNS::Topic }\n`).join('')}`;
  // 800 of them take 36 KB as they stand, and more than 51,200 bytes with an ID in the metadata of each.
  expect(isTooBig(topics(800))).toBe(true);
  expect(isTooBig(topics(300))).toBe(false);
});

test('the name by which sam looks for a template', () => {
  expect(keyNameOf(Buffer.from(''))).toBe('/d41d8cd98f00b204e9800998ecf8427e.template');
});

const version = (id: string): string => `arn:aws:holdfast:eu-west-1:123456789012:version/default/${id}:1`;

test('an ejected template names files, and nothing of Holdfast is left', () => {
  const text = `
Transform: AWS::Serverless-2016-10-31
Mappings: { Holdfast: { eu-west-1: { Bucket: b } } }
Metadata: { Holdfast: { Artifacts: { Fn.CodeUri: { Version: '${version('pay/Fn')}' } } } }
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Metadata: { SamResourceId: Fn, Holdfast: { CodeUri: { Version: '${version('pay/Fn')}' } } }
    Properties:
      Handler: index.handler
      Tags: { holdfast:artifact: '${version('pay/Fn')}', team: pay }
      CodeUri: { Bucket: !FindInMap [Holdfast, !Ref AWS::Region, Bucket], Key: k, Version: v, StorageMode: REFERENCE }
  Job:
    Type: AWS::Glue::Job
    Metadata: { Holdfast: { Command.ScriptLocation: { Version: '${version('pay/Job')}' } } }
    Properties:
      Command: { Name: glueetl, ScriptLocation: !Sub ['s3://\${Bucket}/k', { Bucket: !FindInMap [Holdfast, !Ref AWS::Region, Bucket] }] }
  Api:
    Type: AWS::Serverless::HttpApi
    Metadata: { Holdfast: { DefinitionBody.Fn::Transform.Location: { Version: '${version('pay/Api')}' } } }
    Properties: { DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://b/k } } } }
`;
  const { template, files, left } = ejectTemplate(
    text,
    ({ version: arn }) => `files/${arn.split('/').at(-1)}`,
  );
  expect(left).toEqual([]);
  expect(files.map(({ path, nested }) => [path, nested])).toEqual([
    ['files/Fn:1', false],
    ['files/Job:1', false],
    ['files/Api:1', false],
  ]);
  expect(template).toEqual({
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Fn: {
        Type: 'AWS::Serverless::Function',
        Metadata: { SamResourceId: 'Fn' },
        Properties: { Handler: 'index.handler', Tags: { team: 'pay' }, CodeUri: 'files/Fn:1' },
      },
      Job: {
        Type: 'AWS::Glue::Job',
        Properties: { Command: { Name: 'glueetl', ScriptLocation: 'files/Job:1' } },
      },
      Api: {
        Type: 'AWS::Serverless::HttpApi',
        Properties: {
          DefinitionBody: {
            'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 'files/Api:1' } },
          },
        },
      },
    },
  });
});

test('what no other tool uploads stays where it is, with all that it needs', () => {
  const stamp = `{ Version: '${version('pay/Plugin')}' }`;
  const text = `
Mappings: { Holdfast: { eu-west-1: { Bucket: b } } }
Metadata: { Holdfast: { Artifacts: { Plugin.Location.S3Location: ${stamp} } } }
Resources:
  Plugin:
    Type: AWS::KafkaConnect::CustomPlugin
    Metadata: { Holdfast: { Location.S3Location: ${stamp} } }
    Properties: { Location: { S3Location: { BucketArn: b, FileKey: k } } }
`;
  const ejected = ejectTemplate(text, () => 'never');
  expect(ejected.left).toEqual(['Plugin.Location.S3Location']);
  expect(ejected.files).toEqual([]);
  expect(ejected.template).toEqual(parseTemplate(text));
});

test('the first sam of the PATH that can be run, and the translator that it brings', () => {
  const bin = join(folder, 'venv/bin');
  const packages = join(folder, 'venv/lib/python3.12/site-packages');
  mkdirSync(join(folder, 'none/sam'), { recursive: true });
  mkdirSync(bin, { recursive: true });
  const sam = join(bin, 'sam');
  writeFileSync(sam, `#!${bin}/python\nimport sys\n`);
  const env = { PATH: `${folder}/none:${folder}/absent:${bin}` };
  expect(() => findSam(env)).toThrow(/PATH/);
  chmodSync(sam, 0o755);
  expect(findSam(env)).toBe(sam);
  expect(translatorVersion(sam)).toBeUndefined();
  mkdirSync(join(packages, 'aws_sam_translator-1.112.0.dist-info'), { recursive: true });
  expect(translatorVersion(sam)).toBe('1.112.0');
});
