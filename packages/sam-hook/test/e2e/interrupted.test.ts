import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HOLDFAST_SAM, resultOf, SamPlace, smallApp } from '../support/sam-place.js';

let place: SamPlace;

beforeAll(async () => {
  place = await SamPlace.open();
});
afterAll(() => place.close());

interface Asking {
  readonly child: ChildProcess;
  /** Answers whoever still reads, also once the process that was started is gone. */
  readonly answer: (text: string) => void;
}

/** Begins a deployment and waits until sam asks whether to go on: the change set is there, and nothing runs. */
async function startAsking(app: string): Promise<Asking> {
  const args = ['deploy', '--stack-name', app, '--capabilities', 'CAPABILITY_IAM', '--confirm-changeset'];
  const fifo = join(place.folder, `${app}.fifo`);
  execFileSync('mkfifo', [fifo]);
  const input = openSync(fifo, 'r+');
  const child = place.start([process.execPath, HOLDFAST_SAM, ...args], app, { input });
  let printed = '';
  await new Promise<void>((asked, fail) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('Deploy this changeset?')) asked();
    });
    child.on('exit', () => fail(new Error(`it ended before it asked: ${printed}`)));
  });
  return { child, answer: (text) => void writeSync(input, text) };
}

/** The deployments that have something pinned for a version. */
async function pinnedBy(version: string): Promise<string[]> {
  const { stdout } = await place.holdfast('why', version, '--json');
  const { reasons } = JSON.parse(stdout) as {
    reasons: { kind: string; reference?: { deployment: string } }[];
  };
  return reasons.flatMap(({ kind, reference }) =>
    kind === 'pin' && reference ? [reference.deployment] : [],
  );
}

const refused = (version: string) => async () => {
  expect(await place.holdfast('delete', version, '--yes')).toMatchObject({ code: 3 });
};

test('SIGKILL in the middle: sam goes on by itself, and at no time anything can be deleted', async () => {
  const app = place.app('killed', smallApp('killed-api'));
  const stillRefused = refused('killed/Api:1');
  const { child, answer } = await startAsking(app);
  child.kill('SIGKILL');
  await stillRefused();
  expect(await place.holdfast('reconcile')).toMatchObject({ code: 0 });
  await stillRefused();

  answer('y\n');
  await place.untilStatus(app, 'CREATE_COMPLETE');
  await stillRefused();
  expect(await place.holdfast('reconcile')).toMatchObject({ code: 0 });
  const [deployment = ''] = await pinnedBy('killed/Api:1');
  const settled = await place.holdfastSam(app, ['--deployment', deployment, 'settle', '--stack-name', app]);
  expect(settled).toMatchObject({ code: 0 });
  expect(await pinnedBy('killed/Api:1')).toEqual([]);
  await stillRefused();
});

test('SIGTERM reaches sam; what was pinned stays pinned, and it is told how to settle', async () => {
  const app = place.app('ended', smallApp('ended-api'));
  const { child } = await startAsking(app);
  const ending = resultOf(child);
  child.kill('SIGTERM');
  const { code, stderr } = await ending;
  expect(code).not.toBe(0);
  expect(stderr).toContain('stays pinned');
  await refused('ended/Api:1')();
  expect(await pinnedBy('ended/Api:1')).toHaveLength(1);
  expect(await place.holdfast('reconcile')).toMatchObject({ code: 0 });
  await refused('ended/Api:1')();
});

test('CloudFormation that tells Holdfast nothing: exit code 1, what to repeat is said, and everything stays pinned', async () => {
  const app = place.app('silent', smallApp('silent-api'));
  const denying = await denyTemplates(place.env['AWS_ENDPOINT_URL'] ?? '');
  try {
    const args = ['deploy', '--stack-name', app, '--capabilities', 'CAPABILITY_IAM'];
    const env = { AWS_ENDPOINT_URL: denying.endpoint };
    const { code, stderr } = await resultOf(
      place.start([process.execPath, HOLDFAST_SAM, ...args], app, { env }),
    );
    expect({ code, told: stderr.includes('could not be registered') }).toEqual({ code: 1, told: true });
  } finally {
    denying.close();
  }
  expect(await place.statusOf(app)).toBe('CREATE_COMPLETE');
  await refused('silent/Api:1')();
});

/** An endpoint that refuses GetTemplate to everybody but sam. */
async function denyTemplates(target: string): Promise<{ endpoint: string; close: () => void }> {
  const server = createServer((incoming, answer) => {
    void (async () => {
      const body = Buffer.concat(await incoming.toArray());
      const foreign = incoming.headers['user-agent']?.startsWith('Boto3/') !== true;
      if (foreign && body.includes('Action=GetTemplate&')) {
        answer.writeHead(403, { 'content-type': 'text/xml' });
        answer.end(
          '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
        );
        return;
      }
      const { host, port } = new URL(target);
      const { method, url: path, headers } = incoming;
      const onward = request({ host: host.split(':')[0], port, method, path, headers }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      onward.end(body);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
