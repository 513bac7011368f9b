import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Readable } from 'node:stream';
import { cutShort, type FaultyService, type Fault } from './faults.js';

type Handle = NodeHttpHandler['handle'];
type Answer = Awaited<ReturnType<Handle>>;

/** What clients of an emulator take besides its address. */
export interface FaultyConfig {
  readonly requestHandler: {
    readonly handle: Handle;
    readonly destroy: () => void;
    readonly metadata: { readonly handlerProtocol: string };
  };
  readonly retryStrategy: never;
}

/** An HTTP layer on which requests and answers are lost, by the random numbers between 0 and 1 that it is given. */
export class FaultyHttp {
  /** How many faults there were of each kind. */
  readonly faults = new Map<string, number>();
  readonly #inner = new NodeHttpHandler({ requestTimeout: 10_000 });
  readonly #service: FaultyService;
  readonly #random: () => number;
  /** How many of a hundred requests meet a fault. */
  percent: number;

  constructor(service: FaultyService, random: () => number, percent: number) {
    this.#service = service;
    this.#random = random;
    this.percent = percent;
  }

  /** The client's configuration. It sends again at once, and gives up soon, so that callers see failures as well. */
  config(attempts: number): FaultyConfig {
    return {
      requestHandler: {
        handle: (request, options) => this.#handle(request, options),
        destroy: () => this.#inner.destroy(),
        metadata: { handlerProtocol: 'http/1.1' },
      },
      retryStrategy: retriesAtOnce(attempts),
    };
  }

  async #handle(...[request, options]: Parameters<Handle>): Promise<Answer> {
    if (this.#random() * 100 >= this.percent) return this.#inner.handle(request, options);
    const { faults } = this.#service;
    const fault = faults[Math.floor(this.#random() * faults.length)]!;
    const what = 'type' in fault ? fault.type : fault.name;
    const label = `${what}${fault.sent ? ' after it was sent' : ''}`;
    if (fault.name === 'cut') {
      const answer = await this.#inner.handle(request, options);
      if (request.method !== 'GET') return answer;
      this.#count(label);
      Object.assign(answer.response, { body: cutShort(answer.response.body as Readable) });
      return answer;
    }
    this.#count(label);
    if (fault.sent) await this.#swallow(request, options);
    return this.#answerOf(fault, request.method);
  }

  #count(label: string): void {
    this.faults.set(label, (this.faults.get(label) ?? 0) + 1);
  }

  async #swallow(...[request, options]: Parameters<Handle>): Promise<void> {
    const { response } = await this.#inner.handle(request, options);
    for await (const _ of response.body as Readable);
  }

  #answerOf(fault: Exclude<Fault, { name: 'cut' }>, method: string): Answer {
    switch (fault.name) {
      case 'reset':
        throw Object.assign(new Error('socket hang up'), { name: 'Error', code: 'ECONNRESET' });
      case 'timeout':
        throw Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
      default: {
        // An answer to HEAD has no body, and so names no reason.
        const body = method === 'HEAD' ? [] : [Buffer.from(this.#service.bodyOf(fault.type))];
        const headers = { 'content-type': this.#service.contentType };
        const response = { statusCode: fault.name, headers, body: Readable.from(body) };
        // The SDK knows an answer by its shape; its class is in a package that is not ours to ask for.
        const answer: unknown = { response };
        return answer as Answer;
      }
    }
  }
}

/** Like the SDK's own, without its pauses. */
function retriesAtOnce(attempts: number): never {
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
  return strategy as never;
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
