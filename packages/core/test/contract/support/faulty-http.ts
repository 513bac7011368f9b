import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Readable } from 'node:stream';

type Handle = NodeHttpHandler['handle'];
type Answer = Awaited<ReturnType<Handle>>;

/** What can happen to a request on its way; `sent` says whether DynamoDB carried it out all the same. */
export const FAULTS = [
  { name: 'reset', sent: false },
  { name: 'reset', sent: true },
  { name: 'timeout', sent: false },
  { name: 'timeout', sent: true },
  { name: 500, type: 'InternalServerError', sent: false },
  { name: 500, type: 'InternalServerError', sent: true },
  { name: 503, type: 'ServiceUnavailable', sent: true },
  { name: 400, type: 'ThrottlingException', sent: false },
  { name: 400, type: 'ProvisionedThroughputExceededException', sent: false },
] as const;

type Fault = (typeof FAULTS)[number];

/** An HTTP layer on which requests and answers are lost, by the random numbers between 0 and 1 that it is given. */
export class FaultyHttp {
  /** How many faults there were of each kind. */
  readonly faults = new Map<string, number>();
  readonly #inner = new NodeHttpHandler({ requestTimeout: 10_000 });
  readonly #random: () => number;
  /** How many of a hundred requests meet a fault. */
  percent: number;

  constructor(random: () => number, percent: number) {
    this.#random = random;
    this.percent = percent;
  }

  /** The client's configuration. It sends again at once, and gives up soon, so that callers see failures as well. */
  config(attempts: number): DynamoDBClientConfig {
    const handle: Handle = (request, options) => this.#handle(request, options);
    return {
      requestHandler: {
        handle,
        destroy: () => this.#inner.destroy(),
        metadata: { handlerProtocol: 'http/1.1' },
      },
      retryStrategy: retriesAtOnce(attempts)!,
    };
  }

  async #handle(...[request, options]: Parameters<Handle>): Promise<Answer> {
    if (this.#random() * 100 >= this.percent) return this.#inner.handle(request, options);
    const fault = FAULTS[Math.floor(this.#random() * FAULTS.length)]!;
    const what = 'type' in fault ? fault.type : fault.name;
    const label = `${what}${fault.sent ? ' after it was sent' : ''}`;
    this.faults.set(label, (this.faults.get(label) ?? 0) + 1);
    if (fault.sent) await this.#swallow(request, options);
    return answerOf(fault);
  }

  async #swallow(...[request, options]: Parameters<Handle>): Promise<void> {
    const { response } = await this.#inner.handle(request, options);
    for await (const _ of response.body as Readable);
  }
}

function answerOf(fault: Fault): Answer {
  switch (fault.name) {
    case 'reset':
      throw Object.assign(new Error('socket hang up'), { name: 'Error', code: 'ECONNRESET' });
    case 'timeout':
      throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
    default: {
      const body = JSON.stringify({
        __type: `com.amazonaws.dynamodb.v20120810#${fault.type}`,
        message: 'a fault',
      });
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      const response = { statusCode: fault.name, headers, body: Readable.from([Buffer.from(body)]) };
      // The SDK knows an answer by its shape; its class is in a package that is not ours to ask for.
      const answer: unknown = { response };
      return answer as Answer;
    }
  }
}

/** Like the SDK's own, without its pauses. */
function retriesAtOnce(attempts: number): DynamoDBClientConfig['retryStrategy'] {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  const strategy: unknown = {
    mode: 'standard',
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (previous: { getRetryCount(): number }, info: { errorType: string }) => {
      const count = previous.getRetryCount() + 1;
      if (count >= attempts || info.errorType === 'CLIENT_ERROR') throw new Error('no further attempt');
      return token(count);
    },
    recordSuccess: () => undefined,
  };
  return strategy as DynamoDBClientConfig['retryStrategy'];
}

/** Random numbers that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
