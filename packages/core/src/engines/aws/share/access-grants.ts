import { HoldfastError } from '../../../errors.js';
import type { ShareRequest, ShareStep } from '../../../ports/index.js';
import { failureStatus } from '../failures.js';
import type { ShareClients } from './client.js';

/** Where a repository's contents lie, in the words of Access Grants. */
export interface GrantPlace {
  readonly account: string;
  /** Such as `s3://bucket/content/payments/`. */
  readonly scope: string;
  readonly repository: string;
}

const EVERYTHING_BELOW = '*';

/** The account's instance, of which there is one in each region. */
export async function ensureInstance(
  { control, controlSdk }: ShareClients,
  account: string,
): Promise<{ arn: string; step: ShareStep }> {
  const what = 'S3 Access Grants instance';
  const found = await findInstance({ control, controlSdk }, account);
  if (found !== undefined) return { arn: found, step: { what, outcome: 'there' } };
  const made = await control.send(new controlSdk.CreateAccessGrantsInstanceCommand({ AccountId: account }));
  return { arn: required(made.AccessGrantsInstanceArn, what), step: { what, outcome: 'created' } };
}

async function findInstance(
  { control, controlSdk }: Pick<ShareClients, 'control' | 'controlSdk'>,
  account: string,
): Promise<string | undefined> {
  try {
    return (await control.send(new controlSdk.GetAccessGrantsInstanceCommand({ AccountId: account })))
      .AccessGrantsInstanceArn;
  } catch (error) {
    // S3 Control's model has no error of its own for it.
    if (failureStatus(error) === 404) return undefined;
    throw error;
  }
}

async function findLocation(
  { control, controlSdk }: ShareClients,
  { account, scope }: GrantPlace,
): Promise<{ id: string; role: string } | undefined> {
  const { AccessGrantsLocationsList: list = [] } = await control.send(
    new controlSdk.ListAccessGrantsLocationsCommand({ AccountId: account, LocationScope: scope }),
  );
  const found = list.find((it) => it.LocationScope === scope);
  return found?.AccessGrantsLocationId === undefined
    ? undefined
    : { id: found.AccessGrantsLocationId, role: found.IAMRoleArn ?? '' };
}

/** Registers the repository's part of the bucket. Throws `conflict` when it is registered with another role. */
export async function ensureLocation(
  clients: ShareClients,
  place: GrantPlace,
  role: string,
): Promise<{ id: string; step: ShareStep }> {
  const what = `location ${place.scope}`;
  const found = await findLocation(clients, place);
  if (found !== undefined) {
    if (found.role === role) return { id: found.id, step: { what, outcome: 'there' } };
    throw new HoldfastError(
      'conflict',
      `the location ${place.scope} is registered with the role ${found.role}, not ${role}`,
      {
        hint: 'Name that role with --role, or delete the share first: holdfast share delete',
      },
    );
  }
  const made = await clients.control.send(
    new clients.controlSdk.CreateAccessGrantsLocationCommand({
      AccountId: place.account,
      LocationScope: place.scope,
      IAMRoleArn: role,
      Tags: tagsOf(place),
    }),
  );
  return { id: required(made.AccessGrantsLocationId, what), step: { what, outcome: 'created' } };
}

async function grantsOf(
  { control, controlSdk }: ShareClients,
  { account, scope }: GrantPlace,
): Promise<{ id: string; grantee: string }[]> {
  const grants: { id: string; grantee: string }[] = [];
  let token: string | undefined;
  do {
    const page = await control.send(
      new controlSdk.ListAccessGrantsCommand({
        AccountId: account,
        GrantScope: scope + EVERYTHING_BELOW,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { AccessGrantId: id, Grantee: grantee, GrantScope: of } of page.AccessGrantsList ?? [])
      if (id !== undefined && of === scope + EVERYTHING_BELOW)
        grants.push({ id, grantee: grantee?.GranteeIdentifier ?? '' });
    token = page.NextToken;
  } while (token !== undefined);
  return grants;
}

/** A grant to read for each grantee that has none. */
export async function ensureGrants(
  clients: ShareClients,
  place: GrantPlace,
  locationId: string,
  grantees: ShareRequest['grantees'],
): Promise<ShareStep[]> {
  const there = new Set((await grantsOf(clients, place)).map(({ grantee }) => grantee));
  const steps: ShareStep[] = [];
  for (const grantee of [...new Set(grantees)]) {
    const what = `grant to ${grantee}`;
    if (!there.has(grantee)) {
      await clients.control.send(
        new clients.controlSdk.CreateAccessGrantCommand({
          AccountId: place.account,
          AccessGrantsLocationId: locationId,
          AccessGrantsLocationConfiguration: { S3SubPrefix: EVERYTHING_BELOW },
          Grantee: { GranteeType: 'IAM', GranteeIdentifier: grantee },
          Permission: 'READ',
          Tags: tagsOf(place),
        }),
      );
    }
    steps.push({ what, outcome: there.has(grantee) ? 'there' : 'created' });
  }
  return steps;
}

/** Takes the repository's grants and its location away. */
export async function removeGrants(clients: ShareClients, place: GrantPlace): Promise<ShareStep[]> {
  const { control, controlSdk } = clients;
  if ((await findInstance(clients, place.account)) === undefined) return [];
  const steps: ShareStep[] = [];
  for (const { id, grantee } of await grantsOf(clients, place)) {
    await control.send(
      new controlSdk.DeleteAccessGrantCommand({ AccountId: place.account, AccessGrantId: id }),
    );
    steps.push({ what: `grant to ${grantee}`, outcome: 'deleted' });
  }
  const location = await findLocation(clients, place);
  if (location !== undefined) {
    await control.send(
      new controlSdk.DeleteAccessGrantsLocationCommand({
        AccountId: place.account,
        AccessGrantsLocationId: location.id,
      }),
    );
    steps.push({ what: `location ${place.scope}`, outcome: 'deleted' });
  }
  return steps;
}

function tagsOf({ repository }: GrantPlace): { Key: string; Value: string }[] {
  return [{ Key: 'holdfast:repository', Value: repository }];
}

function required(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw new HoldfastError('unavailable', `AWS did not say what the ${what} is called`);
}
