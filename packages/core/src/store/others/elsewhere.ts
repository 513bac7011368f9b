import { quote, type StoreIdentity } from '../../arn/index.js';
import { HoldfastError, isHoldfastError } from '../../errors.js';
import type { Location, VersionKey } from '../../model.js';
import { pinVersions } from '../consumers.js';
import type { StoreContext } from '../context.js';
import { locateVersion } from '../reading.js';
import { resolveNamed } from '../resolve.js';
import { DEFAULT_REPOSITORY } from '../store-reader.js';
import type { PinRequest, Resolution } from '../types.js';
import { urlOf, type OtherStores } from './other-stores.js';

/** A context from which ARNs lead to other stores. */
export type WithOthers = StoreContext & { readonly others: OtherStores };

/**
 * The live version that an ARN of another store stands for. When its home region gives no answer, what the own region has a replica of is
 * found there.
 */
export async function resolveElsewhere(
  { others, identity }: WithOthers,
  owner: StoreIdentity,
  arn: string,
): Promise<Resolution> {
  try {
    return await resolveNamed(await others.context(owner), arn, DEFAULT_REPOSITORY);
  } catch (error) {
    if (owner.region === identity.region || !isUnavailable(error)) throw error;
    return (await others.replicas(owner)).resolve(arn);
  }
}

/** Where services of the own region read a version of another store: in its bucket, or where that is in another region, in a replica. */
export async function locateElsewhere(
  { others, identity }: WithOthers,
  owner: StoreIdentity,
  version: VersionKey,
  ending?: string,
): Promise<Location> {
  return owner.region === identity.region
    ? locateVersion(await others.context(owner), version, ending)
    : (await others.replicas(owner)).place(version, ending);
}

/**
 * Pins versions of several stores for one deployment: in each all or none, and those of others first. Every other store is noted before, so that what is
 * pinned there is settled with the rest.
 *
 * A version of another region is pinned in its home, and for stacks of the own region with its replica. While its home gives no answer, the
 * replica's own pin keeps it there.
 */
export async function pinEverywhere(context: WithOthers, request: PinRequest): Promise<void> {
  const { others, engine, identity } = context;
  const own: PinRequest['pins'][number][] = [];
  const elsewhere = new Map<string, { readonly owner: StoreIdentity; readonly pins: typeof own }>();
  for (const pin of request.pins) {
    const owner = others.ownerOfVersion(pin.version);
    if (owner === undefined) own.push(pin);
    else {
      const group = elsewhere.get(urlOf(owner)) ?? { owner, pins: [] };
      group.pins.push(pin);
      elsewhere.set(urlOf(owner), group);
    }
  }
  for (const [url, { owner, pins }] of elsewhere) {
    await engine.noted?.note(url);
    const group = { ...request, pins };
    const away = owner.region !== identity.region && regionOf(request.consumer) === identity.region;
    if (away) await (await others.replicas(owner)).pin(group);
    try {
      await pinVersions(await others.context(owner), group);
    } catch (error) {
      if (!away || !isUnavailable(error)) throw withShareHint(error, owner);
    }
  }
  if (own.length > 0) await pinVersions(context, { ...request, pins: own });
}

function regionOf(consumer: string): string | undefined {
  return consumer.split(':')[3];
}

function isUnavailable(error: unknown): boolean {
  return isHoldfastError(error) && error.code === 'unavailable';
}

/** Reading alone is not enough for a deployment, which would use what nobody protects. */
function withShareHint(error: unknown, { account }: StoreIdentity): unknown {
  if (!isHoldfastError(error) || error.code !== 'access-denied') return error;
  return new HoldfastError(
    'access-denied',
    `nothing was pinned in the store of account ${quote(account)}: ${error.message}`,
    {
      hint: 'Deploying takes the right to pin there. Its owner gives it with: holdfast share create --for deploying --principals <accounts>',
      cause: error,
    },
  );
}
