import { proxyAgents, type ProxyAgents } from './proxies.js';

/** Milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;
/** The first attempt and its repetitions, with jitter in between. */
const MAX_ATTEMPTS = 6;

/** The bound for attempts, unless the environment has one: that the SDK reads by itself where nothing is said here. */
export function boundedAttempts(bound: number): { readonly maxAttempts?: number } {
  return (process.env['AWS_MAX_ATTEMPTS'] ?? '') === '' ? { maxAttempts: bound } : {};
}

/** Client settings by which every request goes through the proxy where there is one, and ends: a request that takes longer is sent again, a bounded number of times. */
export function boundedRequests(requestTimeoutMs: number): {
  readonly maxAttempts?: number;
  readonly requestHandler: ProxyAgents & {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
} {
  return {
    ...boundedAttempts(MAX_ATTEMPTS),
    requestHandler: {
      ...proxyAgents(),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}
