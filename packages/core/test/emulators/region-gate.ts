import { createServer, request } from 'node:http';
import type { Emulator } from './emulator.js';
import { listen } from './listen.js';

/** A way to an emulator on which regions can be cut off, as a network that fails does. */
export interface RegionGate {
  /** The emulator as clients reach it through the gate. Stopping it stops the gate only. */
  readonly emulator: Emulator;
  /** From now on every connection that asks this region for something is reset. */
  cutOff(region: string): void;
  restore(region: string): void;
  /** How many requests reached each region since the start or the last `clear`. */
  readonly reached: Map<string, number>;
  stop(): Promise<void>;
}

/** Requests name their region in the signature: `…/20260101/eu-west-1/s3/aws4_request`. */
const REGION = /\/[0-9]{8}\/([a-z0-9-]+)\/[a-z0-9-]+\/aws4_request/;

export async function startRegionGate(emulator: Emulator): Promise<RegionGate> {
  const target = new URL(emulator.endpoint);
  const closed = new Set<string>();
  const reached = new Map<string, number>();
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const region = REGION.exec(headers.authorization ?? '')?.[1] ?? '';
    if (closed.has(region)) {
      incoming.socket.destroy();
      return;
    }
    reached.set(region, (reached.get(region) ?? 0) + 1);
    const onward = request({ host: target.hostname, port: target.port, method, path: url, headers });
    onward.on('error', (error) => answer.destroy(error));
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward);
  });
  const { endpoint, stop } = await listen(server);
  return {
    emulator: { ...emulator, endpoint, stop },
    cutOff: (region) => void closed.add(region),
    restore: (region) => void closed.delete(region),
    reached,
    stop,
  };
}
