import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Emulator } from './emulator.js';
import { listen } from './listen.js';

/** One request of a client to AWS. */
export interface RecordedCall {
  /** As the signature names it: `s3`, `cloudformation`, `sts`; empty for an unsigned request. */
  readonly service: string;
  /** The operation where the protocol names it, such as `CreateChangeSet`; for S3 and other REST services the HTTP method. */
  readonly action: string;
  readonly path: string;
  readonly userAgent: string;
  readonly status: number;
}

export interface RecordingProxy {
  /** The emulator as clients reach it through the proxy. Stopping it stops the proxy only. */
  readonly emulator: Emulator;
  /** Every answered request since the start or the last `clear`, in the order of their answers. */
  readonly calls: readonly RecordedCall[];
  clear(): void;
  /** Keeps the next request for an action from the emulator until it is let go. */
  holdNext(action: string): HeldRequest;
  stop(): Promise<void>;
}

export interface HeldRequest {
  /** Resolves when somebody has asked. */
  readonly arrived: Promise<unknown>;
  letGo(): void;
  /** Resolves when the emulator has answered, also when nobody reads it any more. */
  readonly answered: Promise<unknown>;
}

/** Puts an HTTP proxy on a free port of 127.0.0.1 before an emulator, which records who asked for what. */
export async function startRecordingProxy(
  emulator: Emulator,
  /** Told of each request when its answer is there, and before whoever asked has it. */
  onCall?: (call: RecordedCall) => void,
): Promise<RecordingProxy> {
  const calls: RecordedCall[] = [];
  const record = (call: RecordedCall): void => {
    calls.push(call);
    onCall?.(call);
  };
  const target = new URL(emulator.endpoint);
  const holds = new Map<string, Hold>();
  const pass: Way['pass'] = async (action) => {
    const hold = holds.get(action);
    holds.delete(action);
    hold?.arrive();
    await hold?.gone;
    return hold?.answer;
  };
  const holdNext = (action: string): HeldRequest => {
    const [arrived, gone, answered] = [signal(), signal(), signal()];
    holds.set(action, { arrive: arrived.send, gone: gone.sent, answer: answered.send });
    return { arrived: arrived.sent, letGo: gone.send, answered: answered.sent };
  };
  const server = createServer((incoming, answer) => {
    forward(incoming, answer, target, { pass, record }).catch((error: unknown) => {
      answer.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  const { endpoint, stop } = await listen(server);
  const clear = (): void => void calls.splice(0);
  return { emulator: { ...emulator, endpoint, stop }, calls, clear, holdNext, stop };
}

interface Hold {
  readonly arrive: () => void;
  readonly gone: Promise<unknown>;
  readonly answer: () => void;
}

function signal(): { readonly sent: Promise<unknown>; readonly send: () => void } {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  return {
    sent: promise,
    send: () => {
      resolve(true);
    },
  };
}

interface Way {
  /** Waits until a request for an action may go on. Returns whom to tell that it was answered, if somebody wants to know. */
  readonly pass: (action: string) => Promise<(() => void) | undefined>;
  readonly record: (call: RecordedCall) => void;
}

async function forward(
  incoming: IncomingMessage,
  answer: ServerResponse,
  target: URL,
  { pass, record }: Way,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming;
  // Only forms are read here: they name their operation in the body, and are small.
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const body = form ? Buffer.concat(await incoming.toArray()) : undefined;
  const action = actionOf(headers, body) ?? method;
  const answered = await pass(action);
  const onward = request({ host: target.hostname, port: target.port, method, path: url, headers });
  onward.on('error', (error) => answer.destroy(error));
  onward.on('response', (response) => {
    record({
      service: /\/([a-z0-9-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? '',
      action,
      path: url,
      userAgent: headers['user-agent'] ?? '',
      status: response.statusCode ?? 0,
    });
    answered?.();
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  if (body === undefined) incoming.pipe(onward);
  else onward.end(body);
}

function actionOf(headers: IncomingMessage['headers'], form: Buffer | undefined): string | undefined {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1);
  return form === undefined ? undefined : (new URLSearchParams(form.toString()).get('Action') ?? undefined);
}
