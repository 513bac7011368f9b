import { describe, expect, test } from '@jest/globals';
import { createProgram } from '../../src/program.js';
import { createSession } from '../../src/session.js';
import { currentHost } from '../../src/host.js';
import { allNodes, describeCommands } from '../../src/completion/command-tree.js';
import { runCaptured } from './captured-host.js';

const program = createProgram(createSession(currentHost(() => undefined)), []);
const paths = allNodes(describeCommands(program)).map(({ path }) => path);

describe('help', () => {
  test.each(paths.map((path) => [['holdfast', ...path].join(' '), path] as const))(
    'of %s ends with an example that names it',
    async (name, path) => {
      const { code, stdout, stderr } = await runCaptured([...path, '--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const example = stdout.slice(stdout.search(/^Examples?:$/m));
      expect(example).toContain(name === 'holdfast' ? 'holdfast publish' : name);
    },
  );

  test('of the whole names every command, and of a command the options for all', async () => {
    const { stdout } = await runCaptured(['--help']);
    for (const [name] of paths.filter(({ length }) => length === 1)) expect(stdout).toContain(`\n  ${name}`);
    expect((await runCaptured(['list', '--help'])).stdout).toMatch(/Global Options:[^]*--store <url>/);
  });
});

describe('wrong usage', () => {
  test('an empty store is not the default one', async () => {
    const { code, stderr } = await runCaptured(['list', '--store', '']);
    expect(code).toBe(2);
    expect(stderr).toContain('the URL of the store is empty');
  });

  test.each([
    [['lsit'], "unknown command 'lsit'", 'Did you mean list? See holdfast --help.'],
    [['list', '--prefix', 'x'], "unknown option '--prefix'", 'See holdfast list --help.'],
    [['show'], "missing required argument 'ref'", 'See holdfast show --help.'],
    [
      ['show', 'a', 'b'],
      "too many arguments for 'show'. Expected 1 argument but got 2.",
      'See holdfast show --help.',
    ],
    [['bookmark', 'set', 'a'], "missing required argument 'name'", 'See holdfast bookmark set --help.'],
    [['publish', 'x'], "required option '--id <id>' not specified", 'See holdfast publish --help.'],
    [['publish', '--id', 'x'], 'nothing to publish', 'Give a path, - for standard input, or --digest.'],
    [
      ['publish', 'x', '--id', 'x', '--label', 'y'],
      "option '--label <key=value>' argument 'y' is invalid. Write a label as key=value.",
      'See holdfast publish --help.',
    ],
    [
      ['publish', 'x', '--id', 'x', '--digest', 'sha256:0'],
      'a path and --digest exclude each other',
      undefined,
    ],
    [['references'], 'give exactly one of a version, --consumer and --stack-name', undefined],
    [['verify', '--repair'], '--repair needs --from', 'Name a source of good bytes.'],
    [['delete', 'a', '--yes'], '"a" does not name one version', expect.stringContaining('payments/api:3')],
    [['bookmark', 'list', 'a:1'], '"a:1" does not name an artifact', expect.any(String)],
  ])('%j is exit code 2', async (argv, message, hint) => {
    const { code, stdout, stderr } = await runCaptured([...argv, '--json']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string; hint?: string } };
    expect(error).toEqual({ code: 'usage', message, ...(hint === undefined ? {} : { hint }) });
  });

  test.each([
    [['delete', 'a:1']],
    [['gc', '--apply']],
    [['repository', 'delete', 'a']],
    [['stack', 'remove', '--stack-name', 'a']],
    [['stack', 'abandon', '--stack-name', 'a', '--deployment', 'd']],
  ])('%j wants --yes where nobody can be asked', async (argv) => {
    const { code, stderr } = await runCaptured(argv);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: this needs a confirmation, and there is no terminal to ask on\nhint: Add --yes to confirm.\n',
    );
  });

  test('no command at all shows the help', async () => {
    const { code, stdout, stderr } = await runCaptured([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: holdfast <command>/);
  });

  test('a malformed name is exit code 2, an absent thing 1', async () => {
    expect((await runCaptured(['resolve', 'a//b'])).code).toBe(2);
    expect((await runCaptured(['resolve', 'a/b'])).code).toBe(1);
  });
});
