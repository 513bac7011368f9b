import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';
import { Workplace } from './workplace.js';

const place = new Workplace();
afterAll(() => place.remove());

/** What a command loaded, by a module that writes it to stderr at the end. */
async function loadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const listing = place.write(
    'loaded.cjs',
    `process.on('exit', () => require('node:fs').writeFileSync('loaded', Object.keys(require.cache).join('\\n')));`,
  );
  const { code } = await place.run(args, { env: { NODE_OPTIONS: `--require=${listing}` } });
  expect(code).toBe(0);
  return readFileSync(join(place.folder, 'loaded'), 'utf8').split('\n');
}

describe('what a command loads', () => {
  test('is one file beside native code, and nothing of AWS for a store in a folder', async () => {
    const loaded = await loadedBy('list');
    const own = loaded.filter((file) => file.includes(`${sep}dist${sep}`));
    expect(own).toEqual([expect.stringContaining(['dist', 'command', 'start.js'].join(sep))]);
    expect(loaded.length).toBeLessThan(8);
  });

  test('was compiled by the run before, each file by itself', async () => {
    const env = { NODE_COMPILE_CACHE: join(place.folder, 'compiled') };
    const first = await place.run(['list'], { env });
    const kept = readdirSync(join(place.folder, 'compiled', 'holdfast'));
    expect(kept).toEqual([expect.stringMatching(/^list-main\.js-/)]);
    expect(await place.run(['list'], { env })).toEqual(first);
  });
});

describe('credentials of a profile', () => {
  const seen: string[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => seen.push(text));
      seen.push(`${request.url} ${request.headers.authorization}`);
      request.on('end', () => response.writeHead(403).end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
  });

  // Each stands in files that a bundle loads only now.
  test.each([
    {
      kind: 'of a process',
      profile: (): string =>
        `credential_process = "${process.execPath}" "${place.write(
          'credentials.cjs',
          `console.log(JSON.stringify({ Version: 1, AccessKeyId: 'AKIDOFPROCESS', SecretAccessKey: 'x' }))`,
        )}"`,
      sent: 'Credential=AKIDOFPROCESS/',
    },
    {
      kind: 'of a web identity',
      profile: (): string =>
        `role_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = ${place.write('token', 'TOKEN')}`,
      sent: 'Action=AssumeRoleWithWebIdentity',
    },
    {
      kind: 'of a role',
      profile: (): string =>
        'role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = keys\n\n[profile keys]\naws_access_key_id = AKIDOFKEYS\naws_secret_access_key = x',
      sent: 'Action=AssumeRole&',
    },
  ])('$kind', async ({ profile, sent }) => {
    const file = place.write('aws-config', `[profile p]\nregion = eu-west-1\n${profile()}\n`);
    const { port } = server.address() as AddressInfo;
    const { code } = await place.run(['list', '--store', 'aws:'], {
      env: { AWS_PROFILE: 'p', AWS_CONFIG_FILE: file, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
    });
    expect(code).toBe(1);
    expect(seen.join('\n')).toContain(sent);
  });
});
