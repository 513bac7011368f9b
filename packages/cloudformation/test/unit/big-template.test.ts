import { expect, test } from '@jest/globals';
import { findArtifacts, readReferences, rewriteTemplate } from '../../src/index.js';
import { placeAll } from '../support/placed.js';

/** CloudFormation's own limit of a template in S3, in bytes. */
const LIMIT = 1_000_000;

/** A template with functions, policies, comments and every width of characters, as long as a template may be. */
function bigTemplate(): string {
  const lines = ['AWSTemplateFormatVersion: "2010-09-09"', '# große Vorlage 大きい 🏗', 'Resources:'];
  let length = lines.join('\n').length;
  for (let number = 0; length < LIMIT - 2_000; number += 1) {
    const resource = [
      `  Function${number}: # number ${number}`,
      '    Type: AWS::Lambda::Function',
      '    Properties:',
      `      FunctionName: !Sub "\${AWS::StackName}-${number}"`,
      `      Code: ./src/function-${number}`,
      '      Environment:',
      '        Variables: {GREETING: "Grüß Gott", TABLE: !Ref Table}',
      `  Role${number}:`,
      '    Type: AWS::IAM::Role',
      '    Properties:',
      '      AssumeRolePolicyDocument:',
      '        Statement:',
      ...Array.from(
        { length: 8 },
        (_, at) => `          - {Effect: Allow, Action: "service:Action${at}", Resource: '*'}`,
      ),
    ];
    lines.push(...resource);
    length += resource.join('\n').length + 1;
  }
  return `${lines.join('\n')}\n`;
}

test('a template of 1 MB is packaged, each line without an artifact kept', () => {
  const text = bigTemplate();
  expect(Buffer.byteLength(text)).toBeGreaterThan(0.99 * LIMIT);
  const plan = findArtifacts(text, { file: 'big.yaml' });
  expect(plan.problems).toEqual([]);
  expect(plan.uses.length).toBeGreaterThan(500);

  const edited = rewriteTemplate(text, plan, placeAll(plan));
  expect(readReferences(edited, { file: 'big.yaml' })).toHaveLength(plan.uses.length);
  const touched = new Set(plan.uses.map(({ line }) => line - 1));
  const editedLines = edited.split('\n');
  let at = 0;
  const lost = text.split('\n').filter((line, index) => {
    if (touched.has(index)) return false;
    const found = editedLines.indexOf(line, at);
    if (found >= 0) at = found + 1;
    return found < 0;
  });
  expect(lost).toEqual([]);
  const again = findArtifacts(edited, { file: 'big.yaml' });
  expect(again).toMatchObject({ uses: [], problems: [] });
});

test('what is too long to be a template is refused before it is read', () => {
  const { problems } = findArtifacts(`Resources: {}\n${'#'.repeat(9_000_000)}`, { file: 'big.yaml' });
  expect(problems).toMatchObject([
    { line: 1, column: 1, message: expect.stringContaining('characters') as unknown },
  ]);
});
