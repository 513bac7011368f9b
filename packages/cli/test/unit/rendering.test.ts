import { describe, expect, test } from '@jest/globals';
import { HoldfastError } from '@holdfast/core';
import { Declined } from '../../src/confirm.js';
import { exitCodeOf } from '../../src/exit-code-of.js';
import { describeError, renderError } from '../../src/render/error.js';
import { createPalette, wantsColour } from '../../src/render/palette.js';
import { printable } from '../../src/render/printable.js';
import { renderFields, renderTable } from '../../src/render/table.js';
import { count, formatBytes, formatInstant } from '../../src/render/values.js';
import { UsageError } from '../../src/usage-error.js';

const plain = createPalette(false);
const coloured = createPalette(true);
const terminal = { isTTY: true };

describe('colour', () => {
  test.each([
    [terminal, {}, true],
    [{}, {}, false],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { NO_COLOR: '' }, true],
    [{}, { FORCE_COLOR: '1' }, true],
    [{}, { FORCE_COLOR: '' }, true],
    [terminal, { FORCE_COLOR: '0' }, false],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [terminal, { TERM: 'dumb' }, false],
  ])('of %j with %j is %j', (stream, env, wanted) => {
    expect(wantsColour(stream, env)).toBe(wanted);
  });

  test('is put around the text and taken away as a whole', () => {
    expect(coloured.red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(plain.red('x')).toBe('x');
  });
});

describe('tables', () => {
  const rows = [
    ['payments/api', '12'],
    ['a', ''],
  ];

  test('line up, with no spaces at the end', () => {
    expect(renderTable(['artifact', 'latest'], rows, plain)).toEqual([
      'ARTIFACT      LATEST',
      'payments/api  12',
      'a',
    ]);
  });

  test('line up with colour too', () => {
    const [header, ...rest] = renderTable(['artifact', 'latest'], rows, coloured);
    expect(header).toBe('\u001b[2mARTIFACT      LATEST\u001b[22m');
    expect(rest).toEqual(['payments/api  12', 'a']);
  });

  test('of nothing are nothing', () => {
    expect(renderTable(['artifact'], [], plain)).toEqual([]);
  });

  test('fields without a value are left out', () => {
    const fields = [['size', '1 B'] as const, ['commit', undefined] as const, ['by', 'me'] as const];
    expect(renderFields(fields, plain)).toEqual(['size  1 B', 'by    me']);
  });

  test('show control characters instead of obeying them', () => {
    expect(renderTable(['a'], [['\u001b[2Jx\ny']], plain)).toEqual(['A', '\\u001b[2Jx\\u000ay']);
    expect(printable('a\u202eb')).toBe('a\\u202eb');
    expect(printable('Zürich → ok')).toBe('Zürich → ok');
  });
});

test('values', () => {
  expect([0, 999, 1000, 999_949, 999_999, 1_500_000, 2e9, 5e15].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '1.5 MB',
    '2.0 GB',
    '5000.0 TB',
  ]);
  expect(formatInstant('2026-11-22T20:49:53.123Z')).toBe('2026-11-22 20:49:53Z');
  expect([count(0, 'item'), count(1, 'item'), count(2, 'entry', 'entries')]).toEqual([
    '0 items',
    '1 item',
    '2 entries',
  ]);
});

describe('errors', () => {
  const inUse = new HoldfastError('in-use', 'x is in use by y', { hint: 'Ask y.', data: { usage: [] } });

  test('are one line and a hint', () => {
    expect(renderError(describeError(inUse, false), plain)).toEqual([
      'error: x is in use by y',
      'hint: Ask y.',
    ]);
    expect(renderError(describeError(inUse, false), coloured)[0]).toBe(
      '\u001b[31merror:\u001b[39m x is in use by y',
    );
  });

  test('keep what machines need', () => {
    expect(describeError(inUse, false)).toEqual({
      code: 'in-use',
      message: 'x is in use by y',
      hint: 'Ask y.',
      data: { usage: [] },
    });
    expect(describeError(new UsageError('no path'), false)).toEqual({ code: 'usage', message: 'no path' });
  });

  test('show the stack, causes included, only on request', () => {
    const error = new HoldfastError('unavailable', 'busy', { cause: new Error('SQLITE_BUSY') });
    expect(JSON.stringify(describeError(error, false))).not.toContain('SQLITE_BUSY');
    const [, stack = ''] = renderError(describeError(error, true), plain);
    expect(stack).toMatch(/busy\n +at .*Caused by: Error: SQLITE_BUSY\n +at /s);
  });

  test('of the system name what failed, not the path', () => {
    const error = Object.assign(new Error("EIO: i/o error, open '/secret/place'"), {
      code: 'EIO',
      syscall: 'open',
    });
    const lines = renderError(describeError(error, false), plain);
    expect(lines[0]).toBe('error: unexpected failure: EIO in open');
    expect(lines.join('\n')).not.toContain('/secret');
  });

  test('decide the exit code', () => {
    const codes = [
      'usage',
      'invalid-input',
      'in-use',
      'not-found',
      'conflict',
      'corrupt',
      'internal',
      'declined',
    ];
    expect(codes.map(exitCodeOf)).toEqual([2, 2, 3, 1, 1, 1, 1, 1]);
    expect(describeError(new Declined(), false).code).toBe('declined');
  });
});
