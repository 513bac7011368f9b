import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PLACE, type FakeCloudFormation } from './fake-cloudformation.js';

export interface ServedCloudFormation {
  readonly endpoint: string;
  /** Requests that were answered, by action; those that were throttled are not among them. */
  readonly answered: Map<string, number>;
  /** How many were throttled. */
  throttled: number;
  /** The most that were under way at once. */
  mostAtOnce: number;
  close(): Promise<void>;
}

/** How many stacks CloudFormation lists with one answer. */
const PAGE = 100;

/**
 * Serves a fake CloudFormation, and STS, by AWS's Query protocol on a free port of 127.0.0.1, so that the SDK's own client is asked, with its
 * retries. One in `every` requests is throttled the way that CloudFormation does it.
 */
export async function serveCloudFormation(
  fake: FakeCloudFormation,
  every: number,
): Promise<ServedCloudFormation> {
  let asked = 0;
  let running = 0;
  const server = createServer((request, response) => {
    running += 1;
    served.mostAtOnce = Math.max(served.mostAtOnce, running);
    response.on('close', () => (running -= 1));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const {
        Action = '',
        Version: _,
        ...input
      } = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const send = (status: number, xml: string): void => {
        response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
      };
      if (Action !== 'GetCallerIdentity' && (asked += 1) % every === 0) {
        served.throttled += 1;
        send(400, failure('Throttling', 'Rate exceeded'));
        return;
      }
      served.answered.set(Action, (served.answered.get(Action) ?? 0) + 1);
      answer(fake, Action, input).then(
        (result) => send(200, element(`${Action}Response`, element(`${Action}Result`, xmlOf(result)))),
        (error: unknown) => {
          const { name, message } = error instanceof Error ? error : new Error(String(error));
          send(400, failure(name, message));
        },
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const served: ServedCloudFormation = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered: new Map(),
    throttled: 0,
    mostAtOnce: 0,
    close: () => end(server),
  };
  return served;
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

async function answer(
  fake: FakeCloudFormation,
  action: string,
  input: Record<string, string>,
): Promise<object> {
  if (action === 'GetCallerIdentity')
    return { Account: PLACE.account, Arn: `arn:aws:iam::${PLACE.account}:user/test` };
  if (action === 'ListStacks') {
    const from = Number(input['NextToken'] ?? 0);
    const { StackSummaries } = await fake.listStacks({});
    const more = from + PAGE < StackSummaries.length ? { NextToken: String(from + PAGE) } : {};
    return { StackSummaries: StackSummaries.slice(from, from + PAGE), ...more };
  }
  const name = action.charAt(0).toLowerCase() + action.slice(1);
  const { $metadata: _, ...result } = await fake[name as 'describeStacks'](input);
  return result;
}

function failure(code: string, message: string): string {
  return element('ErrorResponse', element('Error', xmlOf({ Type: 'Sender', Code: code, Message: message })));
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function xmlOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => element('member', xmlOf(item))).join('');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .filter(([, it]) => it !== undefined)
      .map(([name, it]) => element(name, xmlOf(it)))
      .join('');
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
