import type { Emulator } from '../../emulators/emulator.js';

/**
 * A queue in an emulator, for what subscribers receive.
 *
 * It speaks SQS's query protocol itself: three calls are less than another SDK client in the workspace.
 */
export class TestQueue {
  readonly #emulator: Emulator;
  readonly #url: string;
  readonly arn: string;

  private constructor(emulator: Emulator, url: string, arn: string) {
    this.#emulator = emulator;
    this.#url = url;
    this.arn = arn;
  }

  static async make(emulator: Emulator, name: string): Promise<TestQueue> {
    const answer = await call(emulator, { Action: 'CreateQueue', QueueName: name });
    const url = /<QueueUrl>(.*?)<\/QueueUrl>/.exec(answer)?.[1];
    if (url === undefined) throw new Error(`no queue was made: ${answer}`);
    return new TestQueue(emulator, url, `arn:aws:sqs:${emulator.region}:${emulator.account}:${name}`);
  }

  /** Receives and deletes until there is nothing more, at least so many messages; each parsed as JSON. */
  async receive(atLeast: number): Promise<unknown[]> {
    const received: unknown[] = [];
    const until = Date.now() + 20_000;
    for (;;) {
      const answer = await call(this.#emulator, {
        Action: 'ReceiveMessage',
        QueueUrl: this.#url,
        MaxNumberOfMessages: '10',
        WaitTimeSeconds: received.length < atLeast ? '2' : '0',
      });
      const messages = [...answer.matchAll(/<Message>(.*?)<\/Message>/gs)].map(([, text]) => text!);
      for (const message of messages) {
        const body = unescaped(/<Body>(.*?)<\/Body>/s.exec(message)![1]!);
        const ReceiptHandle = unescaped(/<ReceiptHandle>(.*?)<\/ReceiptHandle>/s.exec(message)![1]!);
        await call(this.#emulator, { Action: 'DeleteMessage', QueueUrl: this.#url, ReceiptHandle });
        received.push(JSON.parse(body));
      }
      if (messages.length > 0) continue;
      if (received.length >= atLeast) return received;
      if (Date.now() > until) throw new Error(`only ${received.length} of ${atLeast} messages came`);
    }
  }
}

async function call(
  { endpoint, region, account }: Emulator,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const scope = `Credential=${account}/20260101/${region}/sqs/aws4_request`;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ ...fields, Version: '2012-11-05' }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`SQS answered ${answer.status}: ${text}`);
  return text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  '#34': '"',
  apos: "'",
  '#39': "'",
  lt: '<',
  gt: '>',
};

function unescaped(text: string): string {
  const named = text.replaceAll(/&(quot|#34|apos|#39|lt|gt);/g, (_, name: string) => ENTITIES[name]!);
  return named.replaceAll('&amp;', '&');
}
