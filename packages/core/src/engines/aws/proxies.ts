import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

export interface ProxyAgents {
  readonly httpAgent?: HttpAgent;
  readonly httpsAgent?: HttpsAgent;
}

/**
 * Connections through the proxy that the environment names, as the AWS CLI makes them; nothing where it names none. The SDK by itself
 * does not look. What `NO_PROXY` names is reached without.
 *
 * Node does the work from 22.21 and 24.5 on; older releases pay no heed, and connect as if there were none.
 * Source: https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function proxyAgents(env: NodeJS.ProcessEnv = process.env): ProxyAgents {
  if (!VARIABLES.some((name) => (env[name] ?? '') !== '')) return {};
  // As many connections as the SDK's own agents have.
  const options = { keepAlive: true, maxSockets: 50, proxyEnv: env };
  // Loaded here only: the package is imported by hosts that never ask AWS.
  const http = require('node:http') as typeof import('node:http');
  const https = require('node:https') as typeof import('node:https');
  return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
}
