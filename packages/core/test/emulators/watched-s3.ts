import type { S3Api } from '../../src/engines/aws/content/client.js';

type Call = Exclude<keyof S3Api, 'close'>;

/** What the network does to one request: nothing, or fail before or after S3 has carried it out. */
export type Fault = 'none' | 'before' | 'after';

export interface WatchedS3 {
  readonly s3: S3Api;
  /** Every request in order, with what it said. */
  readonly requests: { readonly call: Call; readonly input: Readonly<Record<string, unknown>> }[];
  /** How many requests of a kind were under way at once, at most. */
  readonly most: Map<Call, number>;
}

export class LostAnswer extends Error {
  override readonly name = 'TimeoutError';
}

/** A client that tells what was asked, and loses requests or answers as `fault` decides. */
export function watchS3(s3: S3Api, fault: (call: Call, count: number) => Fault = () => 'none'): WatchedS3 {
  const requests: WatchedS3['requests'] = [];
  const most = new Map<Call, number>();
  const counts = new Map<Call, number>();
  const underWay = new Map<Call, number>();
  const watched = (call: Call) => async (input: Record<string, unknown>) => {
    requests.push({ call, input });
    const count = (counts.get(call) ?? 0) + 1;
    counts.set(call, count);
    const now = (underWay.get(call) ?? 0) + 1;
    underWay.set(call, now);
    most.set(call, Math.max(now, most.get(call) ?? 0));
    try {
      const happens = fault(call, count);
      if (happens === 'before') throw new LostAnswer();
      const answer: unknown = await (s3[call] as (input: unknown) => Promise<unknown>)(input);
      if (happens === 'after') throw new LostAnswer();
      return answer;
    } finally {
      underWay.set(call, underWay.get(call)! - 1);
    }
  };
  const proxy = new Proxy(s3, {
    get: (_, call) => (call === 'close' ? () => undefined : watched(call as Call)),
  });
  return { s3: proxy, requests, most };
}
