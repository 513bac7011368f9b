import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Host } from '../../src/host.js';
import { createOutput } from '../../src/output.js';

/** What is printed of a result. */
async function printed(json: boolean, value: object, lines: readonly string[]): Promise<string> {
  const stdout = new PassThrough();
  const all = text(stdout);
  const host = { env: {}, stdout, stderr: new PassThrough() } as unknown as Host;
  await createOutput(host, { json, verbose: false }).result(value, () => lines);
  stdout.end();
  return all;
}

const entry = (i: number) => ({ arn: `version ${i}\n`, nested: { list: [i, []], empty: {} } });

test.each([0, 1, 1999, 2000, 2001, 4000, 4321])(
  'a result with %d entries is one JSON document',
  async (length) => {
    const value = { before: '": [', items: Array.from({ length }, (_, i) => entry(i)), bytes: length };
    expect(await printed(true, value, [])).toBe(`${JSON.stringify(value, null, 2)}\n`);
  },
);

test.each([1, 2000, 4001])('%d lines are printed, each once', async (length) => {
  const lines = Array.from({ length }, (_, i) => `line ${i}`);
  expect(await printed(false, {}, lines)).toBe(`${lines.join('\n')}\n`);
});
