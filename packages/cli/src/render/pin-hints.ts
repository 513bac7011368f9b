import type { KeepReason } from '@holdfast/core';

/** The account and the name in a stack's ARN, with or without the unique ID behind it. */
const STACK = /^arn:[^:]*:cloudformation:[^:]*:([^:]*):stack\/([^/]+)(\/|$)/;
/** The account of an embedded store that was given none: there is no CloudFormation to ask. */
const NO_ACCOUNT = '000000000000';

/** How the pins among the reasons are settled: a line for each stack's deployment. */
export function pinHints(reasons: readonly KeepReason[]): readonly string[] {
  const hints = new Set<string>();
  for (const reason of reasons) {
    if (reason.kind !== 'pin') continue;
    const { consumer, deployment } = reason.reference;
    const [, account, stack] = STACK.exec(consumer) ?? [];
    if (stack === undefined) continue;
    const settle =
      account === NO_ACCOUNT
        ? `holdfast stack register --stack-name ${stack} --template-file <packaged template>`
        : `holdfast stack settle --stack-name ${stack}`;
    hints.add(
      `deployment ${deployment} of stack ${stack} has pinned it. When it is over: ${settle}; ` +
        `when it will not happen: holdfast stack abandon --stack-name ${stack} --deployment ${deployment}`,
    );
  }
  return [...hints];
}
