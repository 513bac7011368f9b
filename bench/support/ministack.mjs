import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Starts the emulator on a free port. */
export async function startEmulator() {
  const server = spawn(at('.venv/bin/python'), [at('packages/core/test/emulators/serve.py'), 'ministack'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, LOG_LEVEL: 'ERROR', PYTHONUNBUFFERED: '1' },
  });
  const [chunk] = await once(server.stdout, 'data');
  const port = Number(String(chunk).split('\n')[0]);
  await fetch(`http://127.0.0.1:${port}/_ministack/health`);
  return { port, stop: () => server.kill('SIGKILL') };
}

/** A proxy before the emulator that counts what goes through. */
export async function startProxy(target) {
  const counted = { requests: 0 };
  const server = createServer((incoming, answer) => {
    counted.requests += 1;
    const { method, url, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: target, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(counted, {
    port: server.address().port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
