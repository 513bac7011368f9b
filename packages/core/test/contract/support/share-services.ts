import * as controlSdk from '@aws-sdk/client-s3-control';
import * as ramSdk from '@aws-sdk/client-ram';
import { Readable } from 'node:stream';
import type { ShareClients } from '../../../src/engines/aws/share/client.js';

/** A request as it goes out. */
export interface SentRequest {
  readonly service: 's3control' | 'ram';
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the requests of Resource Access Manager have among them. */
interface RamInput {
  readonly resourceOwner?: string;
  readonly name?: string;
  readonly principals?: string[];
  readonly resourceArns?: string[];
  readonly resourceShareArn?: string;
  readonly resourceShareArns?: string[];
  readonly associationType?: string;
  readonly resourceShareInvitationArn?: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * S3 Access Grants and Resource Access Manager as far as sharing asks them, which no emulator has. Requests are the SDK's own, answers
 * have the shapes of the services' models; {@link sent} is for comparing with those.
 */
export class ShareServices {
  readonly sent: SentRequest[] = [];
  instance = false;
  readonly locations: { id: string; scope: string; role: string }[] = [];
  readonly grants: { id: string; grantee: string; scope: string }[] = [];
  readonly shares: { name: string; principals: string[]; resources: string[] }[] = [];
  invitations: { arn: string; name: string; from: string; status: string }[] = [];

  clients(): ShareClients {
    const config = (service: SentRequest['service'], contentType: string) => ({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
      requestHandler: {
        handle: (request: Outgoing) => {
          const { method, path, query = {}, body } = request;
          const sent = { service, method, path, query, body: textOf(body) };
          this.sent.push(sent);
          const answer = service === 'ram' ? this.#ram(sent) : this.#control(sent);
          const headers = { 'content-type': contentType };
          return Promise.resolve({
            response: { statusCode: answer.status, headers, body: Readable.from([answer.body]) },
          });
        },
      },
    });
    const control = new controlSdk.S3ControlClient(config('s3control', 'application/xml'));
    const ram = new ramSdk.RAMClient(config('ram', 'application/json'));
    return { controlSdk, ramSdk, control, ram, close: () => undefined };
  }

  #control({ method, path, query, body }: SentRequest): Answer {
    const at = `${method} ${path.replace('/v20180820/accessgrantsinstance', '').replace(/\/[a-z]+-\d+$/, '/id')}`;
    const id = path.split('/').at(-1);
    const read = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? '';
    const arn =
      '<AccessGrantsInstanceArn>arn:aws:s3:eu-west-1:111111111111:access-grants/default</AccessGrantsInstanceArn>';
    switch (at) {
      case 'GET ':
        return this.instance
          ? xml('GetAccessGrantsInstanceResult', arn)
          : { status: 404, body: '<Error><Code>AccessGrantsInstanceNotExistsError</Code></Error>' };
      case 'POST ':
        this.instance = true;
        return xml('CreateAccessGrantsInstanceResult', arn);
      case 'GET /locations': {
        const found = this.locations.filter(({ scope }) => scope === query['locationscope']);
        const list = found.map(
          (it) =>
            `<AccessGrantsLocation><AccessGrantsLocationId>${it.id}</AccessGrantsLocationId><LocationScope>${it.scope}</LocationScope><IAMRoleArn>${it.role}</IAMRoleArn></AccessGrantsLocation>`,
        );
        return xml(
          'ListAccessGrantsLocationsResult',
          `<AccessGrantsLocationsList>${list.join('')}</AccessGrantsLocationsList>`,
        );
      }
      case 'POST /location': {
        const location = {
          id: `location-${this.locations.length}`,
          scope: read('LocationScope'),
          role: read('IAMRoleArn'),
        };
        this.locations.push(location);
        return xml(
          'CreateAccessGrantsLocationResult',
          `<AccessGrantsLocationId>${location.id}</AccessGrantsLocationId>`,
        );
      }
      case 'DELETE /location/id':
        this.locations.splice(
          this.locations.findIndex((it) => it.id === id),
          1,
        );
        return { status: 204, body: '' };
      case 'GET /grants': {
        const found = this.grants.filter(({ scope }) => scope === query['grantscope']);
        const list = found.map(
          (it) =>
            `<AccessGrant><AccessGrantId>${it.id}</AccessGrantId><Grantee><GranteeType>IAM</GranteeType><GranteeIdentifier>${it.grantee}</GranteeIdentifier></Grantee><GrantScope>${it.scope}</GrantScope></AccessGrant>`,
        );
        return xml('ListAccessGrantsResult', `<AccessGrantsList>${list.join('')}</AccessGrantsList>`);
      }
      case 'POST /grant': {
        const location = this.locations.find((it) => it.id === read('AccessGrantsLocationId'));
        this.grants.push({
          id: `grant-${this.grants.length}`,
          grantee: read('GranteeIdentifier'),
          scope: `${location?.scope}${read('S3SubPrefix')}`,
        });
        return xml('CreateAccessGrantResult', '');
      }
      case 'DELETE /grant/id':
        this.grants.splice(
          this.grants.findIndex((it) => it.id === id),
          1,
        );
        return { status: 204, body: '' };
      default:
        throw new Error(`unexpected request: ${at}`);
    }
  }

  #ram({ path, query, body }: SentRequest): Answer {
    const input = (body === '' ? {} : JSON.parse(body)) as RamInput;
    const arnOf = (name: string): string => `arn:aws:ram:eu-west-1:111111111111:resource-share/${name}`;
    const json = (value: object): Answer => ({ status: 200, body: JSON.stringify(value) });
    switch (path) {
      case '/getresourceshares': {
        const own = input.resourceOwner === 'SELF' ? this.shares : [];
        const found = own.filter(({ name }) => input.name === undefined || input.name === name);
        return json({
          resourceShares: found.map(({ name }) => ({
            name,
            resourceShareArn: arnOf(name),
            status: 'ACTIVE',
            owningAccountId: '111111111111',
          })),
        });
      }
      case '/createresourceshare':
        this.shares.push({
          name: input.name ?? '',
          principals: input.principals ?? [],
          resources: input.resourceArns ?? [],
        });
        return json({ resourceShare: {} });
      case '/getresourceshareassociations': {
        const share = this.shares.find(({ name }) => arnOf(name) === input.resourceShareArns?.[0]);
        const entities = input.associationType === 'PRINCIPAL' ? share?.principals : share?.resources;
        return json({
          resourceShareAssociations: (entities ?? []).map((associatedEntity) => ({
            associatedEntity,
            status: 'ASSOCIATED',
          })),
        });
      }
      case '/associateresourceshare': {
        const share = this.shares.find(({ name }) => arnOf(name) === input.resourceShareArn);
        share?.principals.push(...(input.principals ?? []));
        return json({});
      }
      case '/deleteresourceshare':
        this.shares.splice(
          this.shares.findIndex(({ name }) => arnOf(name) === query['resourceShareArn']),
          1,
        );
        return json({ returnValue: true });
      case '/getresourceshareinvitations':
        return json({
          resourceShareInvitations: this.invitations.map((it) => ({
            resourceShareInvitationArn: it.arn,
            resourceShareName: it.name,
            senderAccountId: it.from,
            status: it.status,
          })),
        });
      case '/acceptresourceshareinvitation':
        this.invitations = this.invitations.map((it) =>
          it.arn === input.resourceShareInvitationArn ? { ...it, status: 'ACCEPTED' } : it,
        );
        return json({});
      default:
        throw new Error(`unexpected request: ${path}`);
    }
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}

function xml(name: string, content: string): Answer {
  return { status: 200, body: `<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>` };
}
