import { expect, test } from '@jest/globals';
import { readCdkArguments } from '../../src/deploy/cdk-arguments.js';
import { selectStacks } from '../../src/deploy/select-stacks.js';
import type { AssemblyStack } from '../../src/assembly/read-assembly.js';

test.each([
  [['Shop', '--require-approval', 'never', '-c', 'a=b'], ['Shop']],
  [
    ['--all', '--rollback', 'false', 'Shop', 'Prod/*'],
    ['Shop', 'Prod/*'],
  ],
  [['--no-rollback', '--tags=a=b', 'Shop'], ['Shop']],
  [['--made-up', 'value', 'Shop'], undefined],
])('the stacks in %j', (args, patterns) => {
  expect(readCdkArguments(args).patterns).toEqual(patterns);
});

test('the app is taken out, and everything else is handed on as it was', () => {
  const args = ['Shop', '--app', 'node "my app.js"', '-O', 'outputs.json', '--force'];
  expect(readCdkArguments(args)).toMatchObject({
    app: 'node "my app.js"',
    rest: ['Shop', '-O', 'outputs.json', '--force'],
  });
  expect(readCdkArguments(['-a', 'cdk.out']).app).toBe('cdk.out');
  expect(readCdkArguments(['--app=cdk.out', 'Shop'])).toMatchObject({ app: 'cdk.out', rest: ['Shop'] });
});

test.each([
  [['--no-execute'], true],
  [['--method', 'prepare-change-set', 'Shop'], true],
  [['--method=prepare-change-set'], true],
  [['-m', 'direct'], false],
  [[], false],
])('%j leaves a change set that waits: %s', (args, waits) => {
  expect(readCdkArguments(args).waits).toBe(waits);
});

const stack = (path: string, dependsOn: string[] = []): AssemblyStack =>
  ({
    path,
    artifactId: path.replace('/', ''),
    stackName: path,
    dependsOn,
    folder: 'f',
  }) as unknown as AssemblyStack;

test('a pattern selects what it names and what that depends on; one that names nothing selects all', () => {
  const stacks = [stack('Network'), stack('Shop', ['Network']), stack('Prod/Shop'), stack('Other')];
  const names = (patterns?: string[]) => selectStacks(stacks, patterns).map(({ path }) => path);
  expect(names(['Shop'])).toEqual(['Network', 'Shop']);
  expect(names(['Prod/*'])).toEqual(['Prod/Shop']);
  expect(names(['**'])).toHaveLength(4);
  expect(names(['Typo'])).toHaveLength(4);
  expect(names([])).toHaveLength(4);
  expect(names()).toHaveLength(4);
});
