import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { planTemplate, type PlanOptions, type Problem } from '../../../src/index.js';

describe('a template that cannot be packaged', () => {
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-bad-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };

  async function problemsOf(text: string, options: Partial<PlanOptions> = {}): Promise<readonly Problem[]> {
    const file = options.file ?? write('template.yaml', text);
    const error = await planTemplate({ stackName: 'shop', ...options, file }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'invalid-input' });
    return (error as { data: { problems: Problem[] } }).data.problems;
  }

  const fn = (path: string): string =>
    `Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: ${path}\n`;
  const flow = (path: string): string =>
    `Resources:\n  S:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionS3Location: ${path}\n`;
  const at = { line: 5, column: 13, logicalId: 'F', property: 'Code' };

  test('for a missing path', async () => {
    const [problem, another] = await problemsOf(fn('./nowhere'));
    expect(problem).toEqual({
      ...at,
      file: join(folder, 'template.yaml'),
      message: 'there is nothing at "./nowhere"',
      hint: 'Paths are relative to the folder of the template.',
    });
    expect(another).toBeUndefined();
  });

  test('for a missing path below a file', async () => {
    write('file', '');
    expect(await problemsOf(fn('./file/src'))).toMatchObject([
      { ...at, message: 'there is nothing at "./file/src"' },
    ]);
  });

  test('for a directory where a file is wanted', async () => {
    mkdirSync(join(folder, 'src'));
    expect(await problemsOf(flow('./src'))).toMatchObject([
      {
        line: 5,
        logicalId: 'S',
        property: 'DefinitionS3Location',
        message: '"./src" is a folder, and a file is wanted',
      },
    ]);
  });

  // A loop of links and a name that is too long cannot be read by anybody, whatever the user's rights.
  test.each(['loop', 'x'.repeat(300)])('for what cannot be read (%#)', async (name) => {
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    const [problem] = await problemsOf(fn(`./${name}`));
    expect(problem).toMatchObject(at);
    expect(problem?.message).toMatch(/cannot be read \((ELOOP|ENAMETOOLONG)\)$/);
  });

  test('for an unknown As', async () => {
    const [problem] = await problemsOf(fn('{Fn::Artifact: {Path: ., As: zip}}'));
    expect(problem).toMatchObject({
      ...at,
      message: 'Fn::Artifact does not know As "zip"',
      hint: 'As is one of object, uri, url, arn, bucket, key, digest.',
    });
  });

  test.each([
    ['', 1, 'no map of sections'],
    ['just text', 1, 'no map of sections'],
    ['Outputs: {}\n', 1, 'it has no Resources'],
    ['Resources:\n  F: [\n', 3, 'not valid YAML'],
  ])('that is %j', async (text, line, message) => {
    const [problem] = await problemsOf(text);
    expect(problem).toMatchObject({ file: join(folder, 'template.yaml'), line });
    expect(problem?.message).toContain(message);
  });

  test('with a tag in a key', async () => {
    expect(await problemsOf('Resources:\n  !Sub F: {Type: A::B::C}\n')).toMatchObject([
      { line: 2, column: 3, message: 'the tag !Sub stands on a key' },
    ]);
  });

  test.each([
    ['{Path: ./x, Ending: env}', 'key ending "env" is not valid'],
    ['{Path: ./x, Ending: .g2}', 'key ending ".g2" is not valid'],
    ['{Path: ./x, As: digest, Ending: .env}', 'As digest names no key that could end in ".env"'],
  ])('with the key ending of %s', async (argument, message) => {
    write('x', '1');
    const text = `Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: !Artifact ${argument}\n`;
    const problems = await problemsOf(text);
    expect(problems).toMatchObject([{ line: 5, logicalId: 'T', property: 'TopicName' }]);
    expect(problems[0]?.message).toContain(message);
  });

  test('with everything that is wrong in it and in the templates nested in it, in the order of the text', async () => {
    const child = write('child.yaml', fn('./gone'));
    const text =
      `${fn('./nowhere')}  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n` +
      `  S: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: !Artifact {Path: x, As: y}}}\n` +
      `  G: {Type: AWS::Lambda::Function}\n`;
    const problems = await problemsOf(text);
    const own = join(folder, 'template.yaml');
    expect(problems.map(({ file, line, logicalId }) => [file, line, logicalId])).toEqual([
      [child, 5, 'F'],
      [own, 5, 'F'],
      [own, 9, 'S'],
      [own, 10, 'G'],
    ]);
  });
});

describe('a path outside of the project', () => {
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-outside-')));
    mkdirSync(join(folder, 'shared'));
    mkdirSync(join(folder, 'project/deploy'), { recursive: true });
    writeFileSync(join(folder, 'shared/index.js'), '1');
    writeFileSync(join(folder, 'project/index.js'), '1');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const plan = (path: string, more: Partial<PlanOptions> = {}): Promise<unknown> => {
    const file = join(folder, 'project/deploy/template.yaml');
    writeFileSync(
      file,
      `Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: ${path}\n`,
    );
    return planTemplate({ stackName: 'shop', ...more, file });
  };

  test.each(['.git', 'holdfast.yaml', 'samconfig.toml'])('is what %s does not stand above', async (mark) => {
    await expect(plan('../index.js')).rejects.toThrow('lies outside of the project');
    writeFileSync(join(folder, 'project', mark), '');
    await expect(plan('../index.js')).resolves.toBeDefined();
    const refused = plan('../../shared');
    await expect(refused).rejects.toMatchObject({
      code: 'invalid-input',
      hint: expect.stringContaining('--allow-outside') as unknown,
      data: { problems: [{ line: 5, column: 13, logicalId: 'F', property: 'Code' }] },
    });
    await expect(refused).rejects.toThrow(
      `"../../shared" lies outside of the project "${join(folder, 'project')}"`,
    );
    await expect(plan('../../shared', { allowOutside: true })).resolves.toBeDefined();
  });

  test('is also where a link leads out, and where the path is absolute', async () => {
    symlinkSync(join(folder, 'shared'), join(folder, 'project/deploy/link'));
    await expect(plan('./link')).rejects.toThrow('lies outside of the project');
    await expect(plan(join(folder, 'shared'))).rejects.toThrow('lies outside of the project');
  });

  test('is not one whose name begins with two dots', async () => {
    mkdirSync(join(folder, 'project/deploy/..well'));
    await expect(plan('./..well')).resolves.toBeDefined();
  });
});
