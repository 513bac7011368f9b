import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callerIdentity } from '../../../src/engines/aws/identity.js';

const ANSWER = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>x</UserId><Account>123456789012</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

const before = { ...process.env };
let asked: string[];
let proxy: Server;

beforeEach(async () => {
  asked = [];
  proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    response.writeHead(200, { 'content-type': 'text/xml' }).end(ANSWER);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  process.env['HTTP_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  process.env['AWS_ACCESS_KEY_ID'] = 'x';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
});
afterEach(async () => {
  process.env = { ...before };
  proxy.closeAllConnections();
  proxy.close();
  await once(proxy, 'close');
});

test('requests go through the proxy that the environment names', async () => {
  process.env['AWS_ENDPOINT_URL'] = 'http://sts.invalid';
  expect(await callerIdentity('eu-west-1')).toMatchObject({ account: '123456789012' });
  expect(asked).toEqual(['http://sts.invalid/']);
});

test('what NO_PROXY names is asked directly', async () => {
  process.env['AWS_ENDPOINT_URL'] = process.env['HTTP_PROXY'];
  process.env['NO_PROXY'] = '127.0.0.1';
  expect(await callerIdentity('eu-west-1')).toMatchObject({ account: '123456789012' });
  expect(asked).toEqual(['/']);
});
