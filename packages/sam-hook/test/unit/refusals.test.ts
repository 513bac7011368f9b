import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../src/arguments.js';
import { argumentsFor } from '../../src/deploy.js';
import { isUndecided, packagedLine, settledLines } from '../../src/messages.js';
import type { SamParameters } from '../../src/parameters.js';
import { refuseUnsupported } from '../../src/refusals.js';
import { renderingArguments } from '../../src/render.js';
import { refuseWebFunctions } from '../../src/web-functions.js';
import { storageModeWarning } from '../../src/translator.js';

const parameters = (configured: Readonly<Record<string, unknown>> = {}, more: Partial<SamParameters> = {}) =>
  ({
    config: { file: '/app/samconfig.toml', deploy: configured, holdfast: {} },
    templateGiven: false,
    s3Bucket: undefined,
    configured: (name: string) => configured[name],
    ...more,
  }) as SamParameters;

describe('what cannot be done without uploads of sam is refused', () => {
  test.each([
    [['--guided'], {}],
    [['-g'], {}],
    [[], { guided: true }],
    [['--signing-profiles', 'A=b'], {}],
    [[], { signing_profiles: 'A=b' }],
    [['--save-params'], {}],
  ])('%j with %j in samconfig', (words, configured) => {
    const refused = () => refuseUnsupported(readArguments('deploy', words), parameters(configured));
    expect(refused).toThrow(expect.objectContaining({ code: 'unsupported' }));
    expect(refused).toThrow(expect.objectContaining({ hint: expect.stringMatching(/\S/) as unknown }));
  });

  test('and nothing else', () => {
    const given = readArguments('deploy', ['--resolve-s3', '--force-upload']);
    expect(() => refuseUnsupported(given, parameters({ guided: false }))).not.toThrow();
  });
});

test('a function whose earlier revisions go on reading their code is refused by name', () => {
  const of = (codeUri: string): string =>
    `Resources: { Web: { Type: AWS::Serverless::WebFunction, Properties: { CodeUri: '${codeUri}' } }, Gone: }\n`;
  expect(() => refuseWebFunctions(of('src'))).toThrow(/"Web"/);
  expect(() => refuseWebFunctions(of('s3://own/k'))).not.toThrow();
});

describe('the arguments of sam deploy', () => {
  const of = (words: readonly string[], more: SamParameters, byUrl?: { bucket: string; prefix: string }) =>
    argumentsFor({ given: readArguments('deploy', words), parameters: more }, '/tmp/empty.toml', byUrl);

  test('the user’s own, without the template; nothing is added that was not asked for', () => {
    expect(of(['-t', 'x.yaml', '--stack-name', 'a'], parameters())).toEqual(['--stack-name', 'a']);
  });

  test('a bucket and --resolve-s3 are taken back, from wherever they come', () => {
    expect(of([], parameters({ resolve_s3: true }, { s3Bucket: 'old' }))).toEqual([
      ...['--no-resolve-s3', '--s3-bucket', ''],
    ]);
  });

  test('with -t, the configuration file beside that template, or none', () => {
    expect(of([], parameters({}, { templateGiven: true }))).toEqual(['--config-file', '/app/samconfig.toml']);
    const none = { file: undefined, deploy: {}, holdfast: {} };
    expect(of([], parameters({}, { templateGiven: true, config: none }))).toEqual([
      ...['--config-file', '/tmp/empty.toml'],
    ]);
  });

  test('a big template is where sam looks before it uploads, and it is not told to upload all the same', () => {
    const words = ['--force-upload', '--s3-bucket', 'own', '--stack-name', 'a'];
    const byUrl = { bucket: 'store', prefix: 'content/ab' };
    expect(of(words, parameters({}, { s3Bucket: 'own' }), byUrl)).toEqual([
      ...['--s3-bucket', 'own', '--stack-name', 'a', '--s3-bucket', 'store', '--s3-prefix', 'content/ab'],
    ]);
  });
});

test('sam package gets all that decides on the template that it writes, from arguments and samconfig', () => {
  const placed = { file: '/tmp/t.yaml', emptyConfig: '/tmp/empty.toml' };
  const of = (words: readonly string[], configured: Readonly<Record<string, unknown>>) =>
    renderingArguments(readArguments('deploy', words), parameters(configured), placed, '/tmp/out').slice(8);
  expect(of([], {})).toEqual([]);
  expect(of(['--use-json', '--image-repositories', 'A=x', '--image-repositories', 'B=y'], {})).toEqual([
    ...['--use-json', '--image-repositories', 'A=x', '--image-repositories', 'B=y'],
  ]);
  const configured = { image_repositories: ['A=x'], image_repository: 'r', language_extensions: true };
  expect(of([], configured)).toEqual([
    ...['--language-extensions', '--image-repository', 'r', '--image-repositories', 'A=x'],
  ]);
  expect(of(['--no-language-extensions'], { language_extensions: true })).toEqual([]);
});

test.each([
  ['1.112.0', /1\.112\.0.*does not know/],
  ['0.9.1', /does not know/],
  [undefined, /could not be seen/],
])('storage mode reference with aws-sam-translator %s is told beforehand', (version, words) => {
  expect(storageModeWarning(version)).toMatch(words);
});

test.each([['1.113.0'], ['1.115.0'], ['2.0.0']])('aws-sam-translator %s knows it', (version) => {
  expect(storageModeWarning(version)).toBeUndefined();
});

describe('what is told', () => {
  const consumer = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/pay';
  const outcome = { added: [], released: [], undecided: [], notes: [] };

  test('a stack with its status, and nothing of a name that holds nothing', () => {
    const lines = settledLines([
      { ...outcome, consumer: `${consumer}/1`, result: 'settled', status: 'UPDATE_COMPLETE' },
      { ...outcome, consumer, result: 'settled' },
    ] as never);
    expect(lines).toEqual(['pay is UPDATE_COMPLETE; 0 references added, 0 released']);
  });

  test('a doubt is told, and counts as undecided', () => {
    const doubt = { code: 'access-denied', message: 'no right' } as const;
    const outcomes = [{ ...outcome, consumer, result: 'undecided', undecided: [doubt] }] as never;
    expect(settledLines(outcomes).join()).toContain('no right');
    expect(isUndecided(outcomes)).toBe(true);
  });

  test('artifacts are counted once each', () => {
    const version = { arn: 'a' };
    const use = (created: boolean) => ({ version, outcome: created ? 'created' : 'existing' });
    expect(packagedLine({ artifacts: [] }, 'pay')).toMatch(/no artifacts/);
    expect(packagedLine({ artifacts: [use(true)] } as never, 'pay')).toBe(
      '1 artifact, 1 of them new; pinned for pay',
    );
  });
});
