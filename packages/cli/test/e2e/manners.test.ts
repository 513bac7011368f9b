import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HOLDFAST, resultOf, Workplace } from './workplace.js';

const place = new Workplace();
beforeAll(async () => {
  place.write('app.js', 'one');
  await place.must('publish', 'app.js', '--id', 'app');
});
afterAll(() => place.remove());

describe('colour', () => {
  test('is for terminals, unless it is forced', async () => {
    expect(await place.must('list')).not.toContain('\u001b');
    const forced = await place.run(['list'], { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001b[2mARTIFACT');
    const inJson = await place.run(['list', '--json'], { env: { FORCE_COLOR: '1' } });
    expect(inJson.stdout).not.toContain('\u001b');
    const error = await place.run(['show', 'absent'], { env: { FORCE_COLOR: '1' } });
    expect(error.stderr).toContain('\u001b[31merror:');
    expect((await place.run(['show', 'absent'], { env: { NO_COLOR: '1' } })).stderr).not.toContain('\u001b');
  });
});

describe('without a terminal', () => {
  test('progress is told only with --verbose', async () => {
    place.write('tree/a.js', 'x');
    expect((await place.run(['publish', 'tree', '--id', 'quiet'])).stderr).toMatch(
      /^published quiet:1 [^\n]*\n$/,
    );
    place.write('tree/a.js', 'y');
    const verbose = await place.run(['publish', 'tree', '--id', 'quiet', '--verbose']);
    expect(verbose.stderr.split('\n').length).toBeGreaterThan(2);
  });
});

describe('a reader that has enough', () => {
  test('ends the command without an error', async () => {
    const script = `"$0" "$1" events --store "$2" | head -c 1; exit "\${PIPESTATUS[0]}"`;
    const out = execFileSync('bash', ['-c', script, process.execPath, HOLDFAST, `file:${place.store}`], {
      encoding: 'utf8',
    });
    expect(out).toBe('1');
  });

  test('also when it closed the pipe before anything came', async () => {
    const child = place.start(['list']);
    child.stdout?.destroy();
    const { code, stderr } = await resultOf(child);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('errors', () => {
  test('in the configuration name file, line and key', async () => {
    const bad = new Workplace(['colour: blue']);
    const { code, stderr } = await bad.run(['list']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: holdfast\.yaml:2: unknown key "colour"\nhint: The keys are store, .*\n$/);
    bad.remove();
  });

  test('of a store that cannot be opened are one line', async () => {
    for (const url of ['ftp:x', `file:${place.folder}/app.js`]) {
      const { code, stderr } = await place.run(['list', '--store', url]);
      expect([1, 2]).toContain(code);
      expect(stderr).toMatch(/^error: [^\n]+\n(hint: [^\n]+\n)?$/);
    }
  });

  test('come with a stack only on request', async () => {
    const { stderr } = await place.run(['show', 'absent', '--debug']);
    expect(stderr).toMatch(/^error: .*\n.*\n +at /s);
  });
});

describe('an interrupted get', () => {
  test('exits with 130 and leaves nothing', async () => {
    place.write('big.bin', 'x'.repeat(64 << 20));
    await place.must('publish', 'big.bin', '--id', 'big');
    const before = readdirSync(place.folder).sort();
    const child = place.start(['get', 'big', '-o', 'out.bin']);
    const ended = resultOf(child);
    while (child.exitCode === null && readdirSync(place.folder).length === before.length) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(readdirSync(place.folder).sort()).toEqual(before);
  });
});

test('the version is that of the package', async () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(await place.must('--version')).toBe(manifest.version);
});
