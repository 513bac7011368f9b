import { expect, test } from '@jest/globals';
import type { CloudFormationApi } from '../../../src/index.js';
import { readTemplates } from '../../../src/evidence/read-templates.js';

/** Reads a stack whose template was given like this, and counts the stages that are asked for. */
async function read(original: string) {
  const stages: (string | undefined)[] = [];
  const api: Pick<CloudFormationApi, 'getTemplate'> = {
    getTemplate: ({ TemplateStage }) => {
      stages.push(TemplateStage);
      const TemplateBody = TemplateStage === 'Original' ? original : 'processed';
      return Promise.resolve({ $metadata: {}, TemplateBody, StagesAvailable: ['Original', 'Processed'] });
    },
  };
  const texts = await readTemplates(api as CloudFormationApi, 'stack');
  return { stages, texts: texts.map(({ text }) => text) };
}

test('a template that says nothing of a transform is read once', async () => {
  const text = '{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}';
  expect(await read(text)).toEqual({ stages: ['Original'], texts: [text] });
});

test.each([
  'Transform: AWS::Serverless-2016-10-31',
  '{"Resources":{"Fn::Transform":{"Name":"AWS::Include"}}}',
  'Resources: !Transform { Name: AWS::Include }',
  String.raw`{"Tr\u0061nsform":"AWS::LanguageExtensions"}`,
  String.raw`"Tr\x61nsform": AWS::LanguageExtensions`,
  '"Trans\\\n  form": AWS::LanguageExtensions',
])('what a transform may have made of it is read, too: %j', async (text) => {
  expect(await read(text)).toEqual({ stages: ['Original', 'Processed'], texts: [text, 'processed'] });
});
