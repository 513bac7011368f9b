import { describe, expect, test } from '@jest/globals';
import { changeArguments, flagOf, readArguments, valueOf } from '../../src/arguments.js';

const read = (...words: string[]) => readArguments('deploy', words);

describe('the value of an option', () => {
  test.each([
    [['--stack-name', 'a'], 'a'],
    [['--stack-name=a'], 'a'],
    [['--stack-name', 'a', '--stack-name', 'b'], 'b'],
    // What looks like an option behind one that takes words is the next option.
    [['--capabilities', 'CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND', '--stack-name', 'a'], 'a'],
    [['--parameter-overrides', 'A=--x', '--stack-name', 'a'], 'a'],
    [['--confirm-changeset', '--stack-name', 'a'], 'a'],
    // Everything behind `--` is no option.
    [['--', '--stack-name', 'a'], undefined],
    // The word behind an option is its value, whatever it looks like.
    [['--region', '--stack-name', 'a'], undefined],
  ])('%j', (words, wanted) => {
    expect(valueOf(read(...words), '--stack-name')).toBe(wanted);
  });

  test.each([[['-t', 'a.yaml']], [['-ta.yaml']], [['--template', 'a.yaml']], [['--template-file=a.yaml']]])(
    '%j names the template',
    (words) => {
      expect(valueOf(read(...words), '--template-file', '--template', '-t')).toBe('a.yaml');
    },
  );
});

test('of a flag and its opposite the last counts; neither says nothing', () => {
  const flags = (...words: string[]) => flagOf(read(...words), ['--resolve-s3'], '--no-resolve-s3');
  expect(flags('--resolve-s3')).toBe(true);
  expect(flags('--resolve-s3', '--no-resolve-s3')).toBe(false);
  expect(flags('--stack-name', '--resolve-s3')).toBeUndefined();
});

test('options are taken out with their values, and others stand before what is no option', () => {
  const given = read('-t', 'a.yaml', '--tags', 'a=1', 'b=2', '--template=b.yaml', '--', 'rest');
  expect(changeArguments(given, { without: ['-t', '--template'], add: ['--s3-bucket', ''] })).toEqual([
    ...['--tags', 'a=1', 'b=2', '--s3-bucket', '', '--', 'rest'],
  ]);
});
