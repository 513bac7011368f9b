import { looksLikeHoldfastArn, type KeepReason } from '@holdfast/core';
import type { StackOutcome } from '@holdfast/cloudformation';
import { readDeployed } from './deploy/deployed.js';
import { withHostErrors } from './host/errors.js';
import type { Options } from './host/types.js';
import type { Session } from './session.js';
import { settleService, throwIfUndecided } from './settle.js';

/** `sls holdfast …`, as hosts want commands declared. */
export const COMMANDS = {
  holdfast: {
    usage: 'The artifacts of this service in the Holdfast repository',
    commands: {
      list: { usage: 'List the versions that the deployed stack uses', lifecycleEvents: ['list'] },
      why: {
        usage: 'Say what keeps a version',
        lifecycleEvents: ['why'],
        options: {
          artifact: {
            usage: 'Version ARN, <id>, <id>:<number> or the name of a function of this service',
            shortcut: 'a',
            type: 'string',
            required: true,
          },
        },
      },
      settle: {
        usage: 'Make the references of the stack what CloudFormation says that it uses',
        lifecycleEvents: ['settle'],
      },
    },
  },
};

export function commandHooks(session: Session, options: Options): Record<string, () => Promise<void>> {
  const { serverless, output } = session;
  const print = (lines: readonly string[]): void => output.writeText?.(...lines);
  const hook = (run: () => Promise<readonly string[]>) => () =>
    withHostErrors(serverless, async () => print(await run()));
  return {
    'holdfast:list:list': hook(() => listUses(session)),
    'holdfast:why:why': hook(() => explain(session, String(options['artifact']))),
    'holdfast:settle:settle': () => withHostErrors(serverless, () => settleNow(session, print)),
  };
}

/** Throws `unavailable` when something could not be decided, after it has told everything else. */
async function settleNow(session: Session, print: (lines: readonly string[]) => void): Promise<void> {
  const { stack, functions } = await settleService(session, []);
  print([...stack, ...functions].map(describeOutcome));
  throwIfUndecided([...stack, ...functions]);
}

async function listUses(session: Session): Promise<string[]> {
  const deployed = await readDeployed(await session.stackReader(), session.stackName);
  if (deployed === undefined) return [`There is no stack ${session.stackName}`];
  const store = await session.store();
  const { references } = await store.consumer(deployed.stackId);
  return references.map(({ kind, slot, version }) => `${kind}  ${slot}  ${version.id}:${version.number}`);
}

async function explain(session: Session, name: string): Promise<string[]> {
  const { serverless, provider } = session;
  const { repository, idPrefix = session.stackName } = session.settings();
  const isFunction = serverless.service.getAllFunctions().includes(name);
  const named = isFunction ? serverless.service.getFunction(name).package?.artifact : undefined;
  const own = isFunction ? `${idPrefix}/${provider.naming.getLambdaLogicalId(name)}` : name;
  const artifact = named !== undefined && looksLikeHoldfastArn(named) ? named : own;
  const scope = repository === undefined ? {} : { repository };
  const { version, reasons } = await (await session.store()).why(artifact, scope);
  return [version.arn, ...reasons.map((reason) => `  ${describeReason(reason)}`)];
}

function describeReason(reason: KeepReason): string {
  switch (reason.kind) {
    case 'reference':
    case 'pin':
      return `${reason.kind} of ${reason.reference.consumer}, ${reason.reference.slot}`;
    case 'bookmark':
      return `bookmark ${reason.bookmark.name}`;
    case 'rollback':
      return `${reason.former.consumer} can go back ${reason.former.rank} versions to it`;
    case 'lifecycle':
      return reason.text;
    case 'not-deleted':
      return 'nobody asked for its deletion';
    case 'recovery-window':
      return `deleted, and can be restored until ${reason.until}`;
    default:
      return reason.kind;
  }
}

function describeOutcome({ consumer, result, status, added, released }: StackOutcome): string {
  const changes = `${added.length} added, ${released.length} released`;
  return `${result}  ${consumer}${status === undefined ? '' : `  ${status}`}  ${changes}`;
}
