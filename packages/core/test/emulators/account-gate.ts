import { runSimulation } from '@cloud-copilot/iam-simulate';
import { DynamoDBClient, GetResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { askedOfBucket, askedOfTables, type Asked } from './asked.js';
import type { Emulator } from './emulator.js';
import { listen } from './listen.js';

/** A way to ministack on which accounts meet as in AWS. */
export interface AccountGate {
  /** The emulator as an account's users reach it through the gate. Stopping it stops the gate only. */
  as(account: string, region?: string): Emulator;
  /** The same without the gate, for what the emulator itself leaves to do. */
  direct(account: string): Emulator;
  /** What others were refused, as `<account> <action> <what for>`. */
  readonly refused: string[];
  /** From now on nobody can act as this account's roles: it was closed, or has left the organisation. */
  close(account: string): void;
  stop(): Promise<void>;
}

const SIGNED = /Credential=(?<key>[^/]+)\/[0-9]{8}\/(?<region>[a-z0-9-]+)\/(?<service>[a-z0-9-]+)\//;
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/**
 * ministack has no tables of other accounts, and without `AUTH` judges nobody. The gate sends what is asked of another account's table to that account,
 * and lets through only what the table's or the bucket's resource policy allows, as it is stored there, by the IAM library's judgement. The
 * caller's own account allows everything.
 */
export async function startAccountGate(
  emulator: Emulator,
  organisation?: { readonly id: string; readonly members: readonly string[] },
): Promise<AccountGate> {
  const target = new URL(emulator.endpoint);
  const refused: string[] = [];
  const closed = new Set<string>();
  const server = createServer((incoming, answer) => {
    void pass(incoming, answer).catch((error: unknown) => answer.destroy(error as Error));
  });

  async function pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = 'GET', url = '/', headers } = incoming;
    const { key = '', region = '', service = '' } = SIGNED.exec(headers.authorization ?? '')?.groups ?? {};
    const role = /RoleArn=arn%3Aaws%3Aiam%3A%3A([0-9]{12})/.exec(body.toString('latin1'))?.[1];
    if (service === 'sts' && role !== undefined && closed.has(role)) {
      deny(answer, service, 'AssumeRole');
      return;
    }
    const asked =
      service === 'dynamodb'
        ? askedOfTables(String(headers['x-amz-target'] ?? ''), body)
        : service === 's3'
          ? askedOfBucket(method, url, headers)
          : [];
    const owner = asked.find(({ account }) => account !== '' && account !== key)?.account;
    if (owner !== undefined && /^[0-9]{12}$/.test(key)) {
      for (const one of asked) {
        if (await allows(one, key, region)) continue;
        refused.push(`${key} ${one.action} ${one.leading ?? one.resource}`);
        deny(answer, service, one.action);
        return;
      }
    }
    const toTable = owner !== undefined && service === 'dynamodb';
    const sent = toTable
      ? Buffer.from(body.toString('utf8').replaceAll(/arn:aws:dynamodb:[^"]*?:table\//g, ''))
      : body;
    const asOwner = headers.authorization?.replace(`Credential=${key}/`, `Credential=${owner}/`);
    const onward = request({
      ...{ host: target.hostname, port: target.port, method, path: url },
      headers: {
        ...headers,
        'content-length': sent.length,
        ...(owner === undefined || asOwner === undefined ? {} : { authorization: asOwner }),
      },
    });
    onward.on('error', (error) => answer.destroy(error));
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.end(sent);
  }

  /** Whether the owner's resource policy lets the account do it. */
  async function allows(asked: Asked, caller: string, region: string): Promise<boolean> {
    const text = await policyOf(asked, region);
    const { action, resource, account, leading, context } = asked;
    const principal = `arn:aws:iam::${caller}:role/deployer`;
    const result = await runSimulation(
      {
        request: {
          ...{ principal, action, resource: { resource, accountId: account } },
          contextVariables: {
            'aws:PrincipalAccount': caller,
            'aws:PrincipalArn': principal,
            'aws:SecureTransport': 'true',
            ...(organisation?.members.includes(caller) === true
              ? { 'aws:PrincipalOrgID': organisation.id }
              : {}),
            ...context,
            ...(leading === undefined ? {} : { 'dynamodb:LeadingKeys': [leading] }),
          },
        },
        identityPolicies: [{ name: 'everything', policy: EVERYTHING }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(text === undefined ? {} : { resourcePolicy: JSON.parse(text) as object }),
      },
      {},
    );
    if (result.resultType === 'error') throw new Error(`${action}: ${JSON.stringify(result.errors)}`);
    return result.overallResult === 'Allowed';
  }

  async function policyOf(
    { action, account, resource, bucket }: Asked,
    region: string,
  ): Promise<string | undefined> {
    const credentials = { accessKeyId: account, secretAccessKey: 'test' };
    const config = { endpoint: emulator.endpoint, region, credentials };
    const client = action.startsWith('s3:')
      ? new S3Client({ ...config, forcePathStyle: true })
      : new DynamoDBClient(config);
    try {
      return client instanceof S3Client
        ? (await client.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy
        : (await client.send(new GetResourcePolicyCommand({ ResourceArn: resource }))).Policy;
    } catch (error) {
      if (
        /^(NoSuchBucketPolicy|NoSuchBucket|PolicyNotFoundException|ResourceNotFoundException)$/.test(
          (error as Error).name,
        )
      )
        return undefined;
      throw error;
    } finally {
      client.destroy();
    }
  }

  const { endpoint, stop } = await listen(server);
  return {
    as: (account, region = emulator.region) => ({
      ...{ endpoint, region, account, stop },
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
    }),
    direct: (account) => ({
      ...{ ...emulator, account, credentials: { accessKeyId: account, secretAccessKey: 'test' } },
    }),
    refused,
    close: (account) => void closed.add(account),
    stop,
  };
}

/** As each service refuses. */
function deny(answer: ServerResponse, service: string, action: string): void {
  const message = `not authorized to perform: ${action}`;
  if (service === 'dynamodb') {
    answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    answer.end(JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message }));
    return;
  }
  answer.writeHead(403, { 'content-type': 'application/xml' });
  const error = `<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
  answer.end(service === 'sts' ? `<ErrorResponse>${error}</ErrorResponse>` : error);
}
