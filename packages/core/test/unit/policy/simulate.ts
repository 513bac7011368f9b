import { runSimulation } from '@cloud-copilot/iam-simulate';
import {
  ACTION_RULES,
  type CompiledPolicy,
  type Caller,
  type CompiledStatement,
  type Permission,
  type RequestContext,
} from '../../../src/policy/index.js';
import { accountOf, identityContext } from '../../../src/policy/evaluate.js';
import { target } from './scene.js';

/** A request as AWS gets it. */
export interface RealRequest {
  readonly service: Permission['service'];
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** Every request that a `holdfast:` action is made of, on one artifact or content. */
export function realRequests(action: string, rest: string, account: string): RealRequest[] {
  const rule = ACTION_RULES.find((it) => it.action === action);
  return (rule?.permissions ?? []).flatMap((permission) =>
    permission.actions.flatMap((name) =>
      placesOf(permission, rest, account).map((place) => ({
        service: permission.service,
        action: name,
        ...place,
      })),
    ),
  );
}

function placesOf(
  permission: Permission,
  rest: string,
  account: string,
): { resource: string; context: RequestContext }[] {
  if (permission.service === 'events') {
    return [
      {
        resource: 'arn:aws:events:eu-west-1:111111111111:rule/holdfast/mine',
        context: { 'events:creatorAccount': account },
      },
    ];
  }
  const hex = rest.slice('sha256:'.length);
  const fill = (pattern: string): string =>
    pattern
      .replace('{repository}', target.repository)
      .replace('{rest}', rest)
      .replace('{content}', `sha256/${hex.slice(0, 2)}/${hex}.g2`)
      .replace('${aws:PrincipalAccount}', account)
      .replaceAll('*', 'x1');
  if (permission.service === 'dynamodb') {
    return permission.partitions.map((partition) => ({
      resource: 'arn:aws:dynamodb:eu-west-1:111111111111:table/holdfast',
      context: { 'dynamodb:LeadingKeys': [fill(partition)] },
    }));
  }
  const key = fill(permission.keys);
  const bucket = `arn:aws:s3:::${target.bucket}`;
  if (permission.listing === true) return [{ resource: bucket, context: { 's3:prefix': key } }];
  const { condition } = permission;
  return [
    {
      resource: `${bucket}/${key}`,
      context: condition === undefined ? {} : { [condition.key]: condition.value },
    },
  ];
}

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** What the library says to a request, where the caller's own account allows everything. Throws when it does not know the request. */
export async function simulate(
  request: RealRequest,
  statements: readonly CompiledStatement[],
  caller: Caller,
  context: RequestContext,
): Promise<boolean> {
  const contextVariables = { ...identityContext(caller), ...context, ...request.context } as Record<
    string,
    string | string[]
  >;
  const answer = await runSimulation(
    {
      request: {
        principal: 'service' in caller ? caller.service : caller.arn,
        action: request.action,
        resource: { resource: request.resource, accountId: target.account },
        contextVariables,
      },
      identityPolicies: 'service' in caller ? [] : [{ name: 'everything', policy: EVERYTHING }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(statements.length === 0
        ? {}
        : { resourcePolicy: { Version: '2012-10-17', Statement: statements } }),
    },
    {},
  );
  if (answer.resultType === 'error') throw new Error(`${request.action}: ${JSON.stringify(answer.errors)}`);
  return answer.overallResult === 'Allowed';
}

export function statementsFor(
  { service }: RealRequest,
  { bucket, table, eventBus }: CompiledPolicy,
): readonly CompiledStatement[] {
  return { s3: bucket, dynamodb: table, events: eventBus }[service];
}

/** Whether AWS would let somebody do all that an action is made of. */
export async function simulateAction(
  compiled: CompiledPolicy,
  action: string,
  rest: string,
  caller: Caller,
  context: RequestContext,
): Promise<boolean> {
  const account = 'arn' in caller ? accountOf(caller.arn) : '000000000000';
  for (const request of realRequests(action, rest, account)) {
    if (!(await simulate(request, statementsFor(request, compiled), caller, context))) return false;
  }
  return true;
}
