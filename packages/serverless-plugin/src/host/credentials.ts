import type { Provider } from './types.js';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Lets the AWS SDK of this process find the credentials and the region that the host found, by its own rules: `--aws-profile`,
 * `provider.profile`, `AWS_<STAGE>_…`. Does nothing where the host found none: then the SDK looks in its usual places.
 */
export async function shareCredentials(provider: Provider, env: NodeJS.ProcessEnv): Promise<void> {
  env['AWS_REGION'] = provider.getRegion();
  const keys = await keysOf(provider);
  if (keys === undefined) return;
  env['AWS_ACCESS_KEY_ID'] = keys.accessKeyId;
  env['AWS_SECRET_ACCESS_KEY'] = keys.secretAccessKey;
  if (keys.sessionToken === undefined) delete env['AWS_SESSION_TOKEN'];
  else env['AWS_SESSION_TOKEN'] = keys.sessionToken;
}

async function keysOf(provider: Provider): Promise<Keys | undefined> {
  if (provider.getAwsSdkV3Config !== undefined) {
    const { credentials } = await provider.getAwsSdkV3Config();
    return asKeys(typeof credentials === 'function' ? await (credentials as () => unknown)() : credentials);
  }
  const answer = await provider.getCredentials?.();
  const { credentials = answer } = (answer ?? {}) as { credentials?: unknown };
  await loaded(credentials);
  return asKeys(credentials);
}

/** Credentials of the SDK's version 2 fetch themselves when they are asked to. */
async function loaded(credentials: unknown): Promise<void> {
  const { getPromise } = (credentials ?? {}) as { getPromise?: () => Promise<void> };
  if (typeof getPromise === 'function') await getPromise.call(credentials);
}

function asKeys(value: unknown): Keys | undefined {
  const { accessKeyId, secretAccessKey, sessionToken } = (value ?? {}) as Partial<Keys>;
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined;
  return { accessKeyId, secretAccessKey, ...(typeof sessionToken === 'string' ? { sessionToken } : {}) };
}
