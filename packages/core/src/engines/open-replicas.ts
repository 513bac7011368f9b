import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { EngineOptions, ReplicaEngine } from '../ports/index.js';
import { embeddedIdentity } from './identity.js';

type OpenReplicas = (
  url: string,
  region: string,
  options: EngineOptions,
) => ReplicaEngine | Promise<ReplicaEngine>;

/** An engine's code is loaded when a URL asks for it. */
const REPLICAS: Readonly<Record<string, () => Promise<OpenReplicas>>> = {
  aws: async () => (await import('./aws/replicas/open-replicas.js')).openAwsReplicas,
  file: async () => (await import('./file/replicas.js')).openFileReplicas,
  memory: async () => (await import('./memory/replicas.js')).openMemoryReplicas,
};

const REGION = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/;

/** The region that a store's versions belong to; found without asking anybody. Throws `invalid-input` where none is configured. */
export async function homeRegionOf(url: string, options: EngineOptions = {}): Promise<string> {
  if (!url.startsWith('aws:')) return embeddedIdentity(options.identity).region;
  const { awsHomeRegion } = await import('./aws/replicas/open-replicas.js');
  return awsHomeRegion(url, options);
}

/**
 * Opens where a store's replicas in another region lie, without asking the home region for anything. What is not there is made.
 *
 * Throws `invalid-input` for what is no region, or the home region, and `unsupported` for a store that has none.
 */
export async function openReplicas(
  url: string,
  region: string,
  options: EngineOptions = {},
): Promise<ReplicaEngine> {
  if (!REGION.test(region))
    throw new HoldfastError('invalid-input', `region ${quote(region)} is not valid`, {
      hint: 'Write it as AWS does, such as eu-central-1.',
    });
  if (region === (await homeRegionOf(url, options))) {
    throw new HoldfastError(
      'invalid-input',
      `${region} is the home region of the store: there are no replicas in it`,
    );
  }
  const scheme = /^([a-z]+):/.exec(url)?.[1] ?? '';
  const load = Object.hasOwn(REPLICAS, scheme) ? REPLICAS[scheme] : undefined;
  if (load === undefined) {
    throw new HoldfastError('unsupported', `store ${quote(url)} has no replicas`);
  }
  return (await load())(url, region, options);
}
