import { describe, expect, test } from '@jest/globals';
import { isHoldfastError } from '@holdfast/core';
import { findArtifacts, formatProblem, rewriteTemplate, templateError } from '../../src/index.js';
import { placeAll } from '../support/placed.js';

const problemsOf = (text: string): string[] =>
  findArtifacts(text, { file: 't.yaml' }).problems.map((problem) => formatProblem(problem));

const fn = (property: string): string =>
  `Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: ${property}\n`;

describe('what is no template', () => {
  test.each([
    ['', 't.yaml:1:1: not a template'],
    ['just text', 't.yaml:1:1: not a template'],
    ['[1, 2]', 't.yaml:1:1: not a template'],
    ['Parameters: {}', 't.yaml:1:1: not a template: it has no Resources'],
    ['Resources: text', 't.yaml:1:1: not a template: it has no Resources'],
    ['Resources:\n  F: text\n', 't.yaml:2:3: F: a resource must be a map'],
    ['Resources: {}\n---\nResources: {}\n', 't.yaml:2:1: the file holds several YAML documents'],
    ['Resources:\n  a: b: c\n', 't.yaml:2:7: not valid YAML'],
    ['Resources:\n\t- a\n', 't.yaml:2:'],
    ['{"Resources": {', 't.yaml:1:'],
    ['Resources:\n  A: {Type: X}\n  A: {Type: Y}\n', 't.yaml:3:3: the key "A" stands twice, first on line 2'],
    ['Resources:\n  !Sub A: {Type: X}\n', 't.yaml:2:3: the tag !Sub stands on a key'],
    ['Resources:\n  ? [a]\n  : {Type: X}\n', 't.yaml:2:5: a key must be text'],
    ['Resources:\n  A: *nobody\n', 't.yaml:2:6: the alias *nobody has no anchor'],
    ['['.repeat(5000), 't.yaml:1:'],
    [
      `Resources:\n${Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')}`,
      't.yaml:',
    ],
  ])('%j', (text, message) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });
});

describe('values that cannot be an artifact', () => {
  const arn = 'arn:aws:holdfast:eu-west-1:123456789012';
  test.each([
    ['[a, b]', 'a list stands here'],
    ['', 'the value is empty'],
    ['~', 'the value is empty'],
    ['"  "', 'the value is empty'],
    [`${arn}:artifact/default/a`, 'names an artifact, which has no content of its own'],
    [`${arn}:repository/default`, 'names a repository'],
    [`${arn}:version/default/a:0`, 'version number'],
    [`${arn}:nonsense/default/a`, 'type'],
    ['"a\\0b"', 'NUL'],
    ['!If [Only, ./two]', 'Fn::If wants a list of a condition and two values'],
    ['!Artifact {Path: a, As: zip}', 'does not know As "zip"'],
    ['!Artifact {Path: a, Name: b}', 'does not know "Name"'],
    ['!Artifact {Id: a}', 'names no path'],
    ['!Artifact {Path: a, Id: "/b"}', 'artifact ID "/b" is not valid'],
    ['!Artifact {Path: a, Repository: "B B"}', 'repository name "B B" is not valid'],
    ['!Artifact {Path: [a]}', 'Path of Fn::Artifact must be text'],
  ])('%s', (value, message) => {
    const problems = problemsOf(fn(value));
    expect(problems.length).toBeGreaterThanOrEqual(1);
    expect(problems[0]).toMatch(/^t\.yaml:5:\d+: F\.CodeUri: /);
    expect(problems.join('\n')).toContain(message);
  });

  test('a path with the variable of the loop around it', () => {
    const text = [
      'Resources:',
      '  Fn::ForEach::Loop:',
      '    - Name',
      '    - [A, B]',
      '    - ${Name}F:',
      '        Type: AWS::Serverless::Function',
      '        Properties: {CodeUri: "./src/${Name}"}',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      expect.stringContaining(
        't.yaml:7:31: Loop/${Name}F.CodeUri: the path "./src/${Name}" holds the loop variable Name',
      ),
    ]);
  });

  test('a location where no intrinsic function may stand', () => {
    const text = 'Parameters:\n  P: {Type: String, Default: !Artifact {Path: a, As: uri}}\nResources: {}\n';
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('Parameters.P.Default: Fn::Artifact As uri needs'),
    ]);
  });
});

test('all problems come together, in the order of the text', () => {
  const text = [
    'Resources:',
    '  A: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}',
    '  B: {Type: AWS::Lambda::LayerVersion, Properties: {Content: [1]}}',
    '  C: {Type: AWS::Glue::Job, Properties: {Command: {Name: x}}}',
    'Outputs:',
    '  O: {Value: !Artifact {Path: x, As: wrong}}',
  ].join('\n');
  const { problems } = findArtifacts(text, { file: 't.yaml' });
  expect(problems.map(({ line }) => line)).toEqual([2, 3, 4, 6]);
  const error = templateError(problems);
  expect(isHoldfastError(error) && error.code).toBe('invalid-input');
  expect(error.message.split('\n')).toHaveLength(5);
  expect(error.data).toEqual({ problems });
  expect(() => rewriteTemplate(text, { file: 't.yaml', uses: [], problems }, new Map())).toThrow(
    error.message,
  );
});

test('one problem has its hint as the hint of the error', () => {
  const error = templateError(findArtifacts(fn(''), { file: 't.yaml' }).problems);
  expect(error.message).toBe(
    't.yaml:5:15: F.CodeUri: the value is empty; a local path or a Holdfast ARN is wanted',
  );
  expect(error.hint).toContain('"."');
});

describe('images, inline code and what only CloudFormation knows need no path', () => {
  test.each([
    ['PackageType: Image, ImageUri: a'],
    ['InlineCode: "exports"'],
    ['Fn::Transform: {Name: AWS::Include, Parameters: {Location: "s3://a/b"}}'],
    ['CodeUri: !Ref Code'],
  ])('%s', (properties) => {
    const text = `Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {${properties}}}\n`;
    expect(findArtifacts(text, { file: 't.yaml' })).toMatchObject({ uses: [], problems: [] });
  });

  test('a path in Globals serves functions without one', () => {
    const text =
      'Globals: {Function: {CodeUri: ./src}}\nResources:\n  F: {Type: AWS::Serverless::Function}\n';
    expect(findArtifacts(text, { file: 't.yaml' })).toMatchObject({
      problems: [],
      uses: [{ slot: 'Globals.Function.CodeUri' }],
    });
  });
});

test('a hundred aliases of aliases cost nothing', () => {
  const levels = Array.from({ length: 60 }, (_, level) => {
    const inner = level === 0 ? 'x' : Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ');
    return `  l${level}: &l${level} [${inner}]`;
  });
  const text = `Metadata:\n${levels.join('\n')}\n${fn('./src')}      Env: *l59\n`;
  const plan = findArtifacts(text, { file: 't.yaml' });
  expect(plan.problems).toEqual([]);
  const placed = {
    version: 'arn:aws:holdfast:eu-west-1:123456789012:version/default/a:1',
    digest: `sha256:${'0'.repeat(64)}`,
    locations: [{ region: 'eu-west-1', bucket: 'b', key: 'k' }],
  };
  const edited = rewriteTemplate(text, plan, new Map([['F.CodeUri', placed]]));
  expect(edited).toContain('CodeUri: {Bucket: !FindInMap [Holdfast, !Ref "AWS::Region", Bucket], Key: k}');
});

test('a text that begins with an empty line and ends with a marker is edited, and in no time', () => {
  const text = `\n# first\n${fn('./src')}...\n`;
  const plan = findArtifacts(text, { file: 't.yaml' });
  const edited = rewriteTemplate(text, plan, placeAll(plan));
  expect(edited.startsWith('\n# first\nMetadata:\n')).toBe(true);
  expect(edited.endsWith('...\n')).toBe(true);
});
