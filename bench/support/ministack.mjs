import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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

/** What a client's environment needs to use the emulator on that port, and nothing else. */
export function environmentFor(port) {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Makes the store of `aws:` by the command, and the further buckets that are named. */
export async function makeStore(env, ...furtherBuckets) {
  const bootstrap = [at('packages/cli/bin/holdfast.js'), 'bootstrap', '--json'];
  // Not synchronously: the proxy is this process.
  const { stdout } = await promisify(execFile)(process.execPath, bootstrap, {
    env: { ...process.env, ...env },
  });
  const { bucket } = JSON.parse(stdout);
  const { S3Client, CreateBucketCommand, PutObjectLockConfigurationCommand } = createRequire(
    at('packages/core/package.json'),
  )('@aws-sdk/client-s3');
  const s3 = new S3Client({
    endpoint: env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
  // No emulator's CloudFormation turns it on.
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' };
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
  const CreateBucketConfiguration = { LocationConstraint: env.AWS_REGION };
  for (const Bucket of furtherBuckets)
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  s3.destroy();
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
