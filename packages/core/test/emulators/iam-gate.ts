import { runSimulation } from '@cloud-copilot/iam-simulate';
import { createServer, request } from 'node:http';
import type { Emulator } from './emulator.js';
import { iamRequestsOf, serviceOf, type IamRequest, type RawRequest } from './iam-requests.js';
import { listen } from './listen.js';

/** A way to an emulator on which a simulator of IAM judges every request, its conditions too, as AWS would. */
export interface IamGate {
  /** The emulator as clients reach it through the gate. Stopping it stops the gate only. */
  readonly emulator: Emulator;
  /** From now on whoever comes has these identity policies; without, everything is allowed. */
  judgeBy(policies: readonly object[] | undefined): void;
  /** What was refused since the last look. */
  takeRefusals(): string[];
  stop(): Promise<void>;
}

export async function startIamGate(emulator: Emulator): Promise<IamGate> {
  const target = new URL(emulator.endpoint);
  let policies: readonly object[] | undefined;
  let refusals: string[] = [];
  const server = createServer((incoming, answer) => {
    const serve = async (): Promise<void> => {
      const { method = 'GET', url = '/', headers } = incoming;
      const raw: RawRequest = { method, url, headers, body: Buffer.concat(await incoming.toArray()) };
      const asked = policies === undefined ? [] : iamRequestsOf(raw, emulator);
      const refused = await firstRefused(asked, policies ?? [], emulator.account);
      if (refused !== undefined) {
        refusals.push(refused.action);
        const { status, type, text } = refusalOf(raw, refused);
        answer
          .writeHead(status, { 'content-type': type, 'x-amzn-errortype': 'AccessDeniedException' })
          .end(text);
        return;
      }
      const onward = request({ host: target.hostname, port: target.port, method, path: url, headers });
      onward.on('error', (error) => answer.destroy(error));
      onward.on('response', (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      onward.end(raw.body);
    };
    serve().catch((error: unknown) => {
      refusals.push(String(error));
      answer.destroy();
    });
  });
  const { endpoint, stop } = await listen(server);
  return {
    emulator: { ...emulator, endpoint, stop },
    judgeBy: (given) => void (policies = given),
    takeRefusals: () => {
      const taken = refusals;
      refusals = [];
      return taken;
    },
    stop,
  };
}

async function firstRefused(
  asked: readonly IamRequest[],
  policies: readonly object[],
  account: string,
): Promise<IamRequest | undefined> {
  for (const one of asked) if (!(await isAllowed(one, policies, account))) return one;
  return undefined;
}

async function isAllowed(
  { action, resource, context }: IamRequest,
  policies: readonly object[],
  account: string,
): Promise<boolean> {
  const contextVariables = Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
  );
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:user/somebody`,
        action,
        resource: { resource, accountId: account },
        contextVariables,
      },
      identityPolicies: policies.map((policy, i) => ({ name: `policy-${i}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === 'error')
    throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`);
  return answer.overallResult === 'Allowed';
}

/** A refusal in the words of the service that was asked. */
function refusalOf(raw: RawRequest, { action, resource }: IamRequest) {
  const message = `not authorized to perform ${action} on ${resource}`;
  switch (serviceOf(raw)) {
    case 's3':
      return {
        ...{ status: 403, type: 'application/xml' },
        text:
          raw.method === 'HEAD'
            ? ''
            : `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`,
      };
    case 'cloudformation':
      return {
        ...{ status: 403, type: 'text/xml' },
        text: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
      };
    default:
      return {
        ...{ status: 400, type: 'application/x-amz-json-1.1' },
        text: JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message }),
      };
  }
}
