import { isUndecided, settledLines, tell } from './messages.js';
import { requireStackName } from './parameters.js';
import { withCloudFormation, withStore, type SamSession } from './session.js';
import { loadCloudFormation } from './lazy-modules.js';

/** The exit code of what could not be decided, as the `holdfast` command has it. */
export const UNDECIDED = 4;

/** Makes the references of the session's stack what CloudFormation says. Returns the exit code. */
export async function settle(session: SamSession): Promise<number> {
  const { host, own, parameters } = session;
  const stack = requireStackName(parameters);
  const { settleStack } = loadCloudFormation();
  const finished = own.deployment === undefined ? [] : [own.deployment];
  const outcomes = await withStore(session, (store) =>
    withCloudFormation(session, (api) => settleStack({ store, api, stack, finished })),
  );
  for (const line of settledLines(outcomes)) tell(host, line);
  return isUndecided(outcomes) ? UNDECIDED : 0;
}
