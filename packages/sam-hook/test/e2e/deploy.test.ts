import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { SamPlace, smallApp, type Result } from '../support/sam-place.js';

let place: SamPlace;

beforeAll(async () => {
  place = await SamPlace.open();
});
afterAll(() => place.close());

const capabilities = ['--capabilities', 'CAPABILITY_IAM'];

function deploy(app: string, ...more: readonly string[]): Promise<Result> {
  return place.holdfastSam(app, ['deploy', '--stack-name', app, ...capabilities, ...more]);
}

async function digestOf(version: string): Promise<string> {
  const { stdout } = await place.holdfast('show', version, '--json');
  return (JSON.parse(stdout) as { version: { digest: string } }).version.digest;
}

/** What keeps a version, as `kind consumer slot`. */
async function reasons(version: string): Promise<string[]> {
  const { stdout } = await place.holdfast('why', version, '--json');
  const found = JSON.parse(stdout) as {
    reasons: { kind: string; reference?: { consumer: string; slot: string } }[];
  };
  return found.reasons.flatMap(({ kind, reference }) =>
    reference === undefined
      ? []
      : [`${kind} ${/stack\/([^/]+)\//.exec(reference.consumer)?.[1] ?? 'unbound'} ${reference.slot}`],
  );
}

test('the first deployment, an unchanged one, a change of the code, and a change of the mode alone', async () => {
  const app = place.app('life', smallApp('life-api'));
  const before = place.filesOf(app);
  place.callsOfSam();

  expect(await deploy(app)).toMatchObject({ code: 0 });
  const calls = place.callsOfSam();
  expect(calls).toContain('cloudformation CreateChangeSet');
  expect(calls.filter((call) => call.startsWith('s3'))).toEqual([]);
  expect(place.filesOf(app)).toEqual(before);
  expect(await place.codeDigest('life-api')).toBe(await digestOf('life/Api:1'));
  expect(await reasons('life/Api:1')).toEqual(['reference life Api.CodeUri']);
  expect(await place.holdfast('delete', 'life/Api:1', '--yes')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('Api.CodeUri') as unknown,
  });

  const unchanged = await deploy(app);
  // sam's own exit code and words for it.
  expect(unchanged).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No changes to deploy') as unknown,
  });
  expect(unchanged.stderr).toContain('none of them new');
  expect(await reasons('life/Api:1')).toEqual(['reference life Api.CodeUri']);
  expect(await deploy(app, '--no-fail-on-empty-changeset')).toMatchObject({ code: 0 });

  place.write(app, 'src/index.js', "exports.handler = async () => 'changed';\n");
  expect(await deploy(app)).toMatchObject({ code: 0 });
  expect(await place.codeDigest('life-api')).toBe(await digestOf('life/Api:2'));
  expect(await reasons('life/Api:1')).toEqual([]);
  expect(await place.holdfast('delete', 'life/Api:1', '--yes')).toMatchObject({ code: 0 });
  expect(await reasons('life/Shared:1')).not.toEqual([]);

  chmodSync(join(place.folder, app, 'src/run.sh'), 0o755);
  expect(await deploy(app)).toMatchObject({ code: 0 });
  expect(await place.codeDigest('life-api')).toBe(await digestOf('life/Api:3'));
  expect(await reasons('life/Api:2')).toEqual([]);
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual([]);
});

test('a deployment that fails and rolls back: the stack keeps what it had, and nothing more', async () => {
  const app = place.app('rolls', smallApp('rolls-api'));
  expect(await deploy(app)).toMatchObject({ code: 0 });
  const broken = [
    '  Nobody: { Type: AWS::CloudFormation::WaitConditionHandle }',
    "  Broken: { Type: AWS::CloudFormation::WaitCondition, DependsOn: Api, Properties: { Handle: !Ref Nobody, Timeout: '1' } }",
  ];
  place.app(app, { ...smallApp('rolls-api', broken), 'src/index.js': 'exports.handler = 2;\n' });
  expect(await deploy(app)).toMatchObject({ code: 1 });
  expect(await place.statusOf(app)).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await reasons('rolls/Api:1')).toContain('reference rolls Api.CodeUri');
  expect((await reasons('rolls/Api:2')).filter((reason) => reason.startsWith('pin'))).toEqual([]);
});

test('a change set that waits keeps what it would deploy, until it is gone', async () => {
  const app = place.app('waits', smallApp('waits-api'));
  expect(await deploy(app, '--no-execute-changeset')).toMatchObject({ code: 0 });
  expect(await place.holdfast('reconcile')).toMatchObject({ code: 0 });
  expect(await place.holdfast('delete', 'waits/Api:1', '--yes')).toMatchObject({ code: 3 });

  await place.cloudformation({ Action: 'DeleteStack', StackName: app });
  expect(await place.holdfastSam(app, ['settle', '--stack-name', app])).toMatchObject({ code: 0 });
  expect(await place.holdfast('delete', 'waits/Api:1', '--yes')).toMatchObject({ code: 0 });
});

test('a confirmation that is declined: sam ends with 0, and the change set still keeps its artifacts', async () => {
  const app = place.app('declined', smallApp('declined-api'));
  const args = ['deploy', '--stack-name', app, ...capabilities, '--confirm-changeset'];
  const declined = await place.holdfastSam(app, args, 'n\n');
  expect(declined).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Deploy this changeset?') as unknown,
  });
  expect(await place.statusOf(app)).toBe('REVIEW_IN_PROGRESS');
  expect(await place.holdfast('delete', 'declined/Api:1', '--yes')).toMatchObject({ code: 3 });
});

test('plain sam delete on a stack that shares its artifacts with another', async () => {
  const app = place.app('shared', smallApp('shared-one'));
  const shared = (stack: string): Promise<Result> =>
    place.holdfastSam(app, ['--id-prefix', 'shared', 'deploy', '--stack-name', stack, ...capabilities]);
  expect(await shared('shared-one')).toMatchObject({ code: 0 });
  const template = smallApp('shared-two')['template.yaml'] ?? '';
  place.write(app, 'template.yaml', template);
  expect(await shared('shared-two')).toMatchObject({ code: 0 });
  place.callsOfSam();

  expect(await place.sam(app, 'delete', '--stack-name', 'shared-one', '--no-prompts')).toMatchObject({
    code: 0,
  });
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual([]);
  expect(await place.holdfast('reconcile')).toMatchObject({ code: 0 });
  expect(await reasons('shared/Api:1')).toEqual(['reference shared-two Api.CodeUri']);
  expect(await place.holdfast('verify')).toMatchObject({ code: 0 });

  const deleted = await place.holdfastSam(app, ['delete', '--stack-name', 'shared-two', '--no-prompts']);
  expect(deleted).toMatchObject({ code: 0 });
  expect(await reasons('shared/Api:1')).toEqual([]);
});

test('two deployments at once', async () => {
  const apps = ['left', 'right'].map((name) => place.app(name, smallApp(`${name}-api`)));
  const both = await Promise.all(apps.map((app) => deploy(app)));
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  for (const app of apps) expect(await reasons(`${app}/Api:1`)).toEqual([`reference ${app} Api.CodeUri`]);
});

test('a template over 51,200 bytes goes by the URL of an artifact: sam looks at it once and uploads nothing', async () => {
  const many = Array.from({ length: 12 }, (_, i) => [
    `  Function${i}:`,
    '    Type: AWS::Serverless::Function',
    `    Properties: { CodeUri: src, Environment: { Variables: { TEXT: !Sub '\${AWS::Region}${'x'.repeat(5_000)}' } } }`,
  ]);
  const included = [
    '  Included:',
    '    Type: AWS::SNS::Topic',
    '    Properties: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: topic.yaml } } }',
  ];
  const app = place.app('big', {
    ...smallApp('big-api', [...many.flat(), ...included]),
    'topic.yaml': 'DisplayName: included\n',
  });
  place.callsOfSam();
  const first = await deploy(app);
  expect(first.code).toBe(0);
  expect(first.stderr).toContain('goes by the URL of big/sam/template:1');
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual(['s3 HEAD']);
  expect(await place.codeDigest('big-api')).toBe(await digestOf('big/Api:1'));
  // CloudFormation has its own copy: what the stack uses holds references, and the template holds none.
  expect(await reasons('big/sam/template:1')).toEqual([]);
  expect(await reasons('big/Function3:1')).toEqual(['reference big Function3.CodeUri']);

  const unchanged = await deploy(app, '--no-fail-on-empty-changeset', '--force-upload');
  expect(unchanged).toMatchObject({ code: 0, stderr: expect.stringContaining('sam/template:1') as unknown });
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual(['s3 HEAD']);

  // What is refused after packaging leaves nothing pinned.
  place.write(app, 'samconfig.toml', '[default.deploy.parameters]\nforce_upload = true\n');
  const refused = await deploy(app);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('force_upload') as unknown });
  expect(await reasons('big/Function3:1')).toEqual(['reference big Function3.CodeUri']);
});
