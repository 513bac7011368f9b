import type { ResourceShare } from '@aws-sdk/client-ram';
import type { Invitation, Share, ShareStep } from '../../../ports/index.js';
import type { ShareClients } from './client.js';

const PREFIX = 'holdfast-';
export const shareName = (repository: string): string => `${PREFIX}${repository}`;

/** Every page of a listing of AWS Resource Access Manager. */
async function* pages<Page extends { nextToken?: string | undefined }>(
  next: (token: { nextToken?: string }) => Promise<Page>,
): AsyncGenerator<Page> {
  let token: string | undefined;
  do {
    const page = await next(token === undefined ? {} : { nextToken: token });
    yield page;
    token = page.nextToken;
  } while (token !== undefined);
}

async function sharesOf(
  { ram, ramSdk }: ShareClients,
  resourceOwner: 'SELF' | 'OTHER-ACCOUNTS',
  name?: string,
): Promise<ResourceShare[]> {
  const found: ResourceShare[] = [];
  const named = name === undefined ? {} : { name };
  for await (const { resourceShares = [] } of pages((token) =>
    ram.send(new ramSdk.GetResourceSharesCommand({ resourceOwner, ...named, ...token })),
  ))
    found.push(...resourceShares.filter((it) => it.status !== 'DELETED' && it.status !== 'DELETING'));
  return found;
}

async function associated(
  { ram, ramSdk }: ShareClients,
  arn: string,
  associationType: 'PRINCIPAL' | 'RESOURCE',
): Promise<string[]> {
  const found: string[] = [];
  const input = { associationType, resourceShareArns: [arn] };
  for await (const { resourceShareAssociations = [] } of pages((token) =>
    ram.send(new ramSdk.GetResourceShareAssociationsCommand({ ...input, ...token })),
  )) {
    for (const { associatedEntity, status } of resourceShareAssociations)
      if (
        associatedEntity !== undefined &&
        !['DISASSOCIATED', 'DISASSOCIATING', 'FAILED'].includes(status ?? '')
      )
        found.push(associatedEntity);
  }
  return found;
}

/** Makes the share, or completes the one that is there. Those that it is shared with besides stay. */
export async function ensureShare(
  clients: ShareClients,
  repository: string,
  instance: string,
  principals: readonly string[],
): Promise<ShareStep[]> {
  const { ram, ramSdk } = clients;
  const name = shareName(repository);
  const what = `share ${name}`;
  const [share] = (await sharesOf(clients, 'SELF', name)).filter((it) => it.name === name);
  if (share?.resourceShareArn === undefined) {
    // Whoever is outside the organisation gets an invitation, which they accept.
    const input = {
      name,
      resourceArns: [instance],
      principals: [...principals],
      allowExternalPrincipals: true,
    };
    await ram.send(
      new ramSdk.CreateResourceShareCommand({
        ...input,
        tags: [{ key: 'holdfast:repository', value: repository }],
      }),
    );
    return [
      { what, outcome: 'created' },
      ...principals.map((it) => ({ what: `share with ${it}`, outcome: 'created' as const })),
    ];
  }
  const arn = share.resourceShareArn;
  const there = new Set(await associated(clients, arn, 'PRINCIPAL'));
  const resources = new Set(await associated(clients, arn, 'RESOURCE'));
  const missing = principals.filter((it) => !there.has(it));
  if (missing.length > 0 || !resources.has(instance)) {
    await ram.send(
      new ramSdk.AssociateResourceShareCommand({
        resourceShareArn: arn,
        ...(missing.length === 0 ? {} : { principals: missing }),
        ...(resources.has(instance) ? {} : { resourceArns: [instance] }),
      }),
    );
  }
  return [
    { what, outcome: 'there' },
    ...principals.map((it): ShareStep => ({
      what: `share with ${it}`,
      outcome: there.has(it) ? 'there' : 'created',
    })),
  ];
}

export async function listShares(clients: ShareClients): Promise<Share[]> {
  const [own, given] = await Promise.all([sharesOf(clients, 'SELF'), sharesOf(clients, 'OTHER-ACCOUNTS')]);
  const shares: Share[] = [];
  for (const [list, mine] of [
    [own, true],
    [given, false],
  ] as const) {
    for (const { name = '', resourceShareArn: arn = '', status = '', owningAccountId: owner = '' } of list) {
      if (!name.startsWith(PREFIX)) continue;
      const share = { name, arn, status, owner };
      shares.push(mine ? { ...share, principals: await associated(clients, arn, 'PRINCIPAL') } : share);
    }
  }
  return shares;
}

export async function acceptFrom(clients: ShareClients, from: string): Promise<Invitation[]> {
  const { ram, ramSdk } = clients;
  const accepted: Invitation[] = [];
  for await (const { resourceShareInvitations = [] } of pages((token) =>
    ram.send(new ramSdk.GetResourceShareInvitationsCommand(token)),
  )) {
    for (const {
      resourceShareInvitationArn: arn,
      resourceShareName: name = '',
      senderAccountId,
      status,
    } of resourceShareInvitations) {
      if (arn === undefined || status !== 'PENDING' || senderAccountId !== from || !name.startsWith(PREFIX))
        continue;
      await ram.send(new ramSdk.AcceptResourceShareInvitationCommand({ resourceShareInvitationArn: arn }));
      accepted.push({ arn, name, from });
    }
  }
  return accepted;
}

export async function removeShare(clients: ShareClients, repository: string): Promise<ShareStep> {
  const name = shareName(repository);
  const [share] = (await sharesOf(clients, 'SELF', name)).filter((it) => it.name === name);
  if (share?.resourceShareArn === undefined) return { what: `share ${name}`, outcome: 'absent' };
  await clients.ram.send(
    new clients.ramSdk.DeleteResourceShareCommand({ resourceShareArn: share.resourceShareArn }),
  );
  return { what: `share ${name}`, outcome: 'deleted' };
}
