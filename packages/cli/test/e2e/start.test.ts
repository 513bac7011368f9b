import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';
import { Workplace, type Result } from './workplace.js';

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
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      seen.push(`${request.url} ${request.headers.authorization}`);
      request.on('end', () => {
        const action = new URLSearchParams(body).get('Action') ?? '';
        const answer = action.startsWith('AssumeRole') ? assumed(action) : signedIn(request);
        response.writeHead(answer === undefined ? 403 : 200).end(answer);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
  });

  /** What the identity service answers: temporary credentials, whose key says how they were had. */
  const assumed = (action: string): string =>
    `<${action}Response><${action}Result><Credentials><AccessKeyId>AKIDOF${action.toUpperCase()}</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></${action}Result></${action}Response>`;

  /** What the portal of a single sign-on answers to whoever has its token. */
  const signedIn = ({ url = '', headers }: IncomingMessage): string | undefined =>
    url === '/federation/credentials?account_id=123456789012&role_name=reader' &&
    headers['x-amz-sso_bearer_token'] === 'TOKEN'
      ? JSON.stringify({
          roleCredentials: {
            ...{ accessKeyId: 'AKIDOFSSO', secretAccessKey: 'x', sessionToken: 't', expiration: 4e12 },
          },
        })
      : undefined;

  /** A profile that signs in, as `aws configure sso` writes it, and the token that `aws sso login` leaves. */
  function signOn(expiresAt: string): string {
    const name = createHash('sha1').update('session').digest('hex');
    place.write(`.aws/sso/cache/${name}.json`, JSON.stringify({ accessToken: 'TOKEN', expiresAt }));
    return [
      ...['sso_session = session', 'sso_account_id = 123456789012', 'sso_role_name = reader', ''],
      ...['[sso-session session]', 'sso_start_url = https://example.awsapps.com/start'],
      ...['sso_region = eu-west-1', 'sso_registration_scopes = sso:account:access'],
    ].join('\n');
  }

  async function listWith(profile: string): Promise<Result> {
    const file = place.write('aws-config', `[profile p]\nregion = eu-west-1\n${profile}\n`);
    const { port } = server.address() as AddressInfo;
    return place.run(['list', '--store', 'aws:'], {
      env: { AWS_PROFILE: 'p', AWS_CONFIG_FILE: file, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
    });
  }

  // Each stands in modules that are evaluated only now.
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
      sent: 'Credential=AKIDOFASSUMEROLEWITHWEBIDENTITY/',
    },
    {
      kind: 'of a role',
      profile: (): string =>
        'role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = keys\n\n[profile keys]\naws_access_key_id = AKIDOFKEYS\naws_secret_access_key = x',
      sent: 'Credential=AKIDOFASSUMEROLE/',
    },
    {
      kind: 'of a single sign-on',
      profile: (): string => signOn('2100-01-01T00:00:00Z'),
      sent: 'Credential=AKIDOFSSO/',
    },
  ])('$kind', async ({ profile, sent }) => {
    const { code } = await listWith(profile());
    expect(code).toBe(1);
    expect(seen.join('\n')).toContain(sent);
  });

  test('of a single sign-on that has ended are not asked for, and the way to new ones is told', async () => {
    const { code, stderr } = await listWith(signOn('2020-01-01T00:00:00Z'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('aws sso login')]);
  });
});
