import { isUndecided, settledLines, tell } from './messages.js';
import { requireStackName } from './parameters.js';
import { withStore, type SamSession } from './session.js';
import { settleEverywhere } from './settle-everywhere.js';

/** The exit code of what could not be decided, as the `holdfast` command has it. */
export const UNDECIDED = 4;

/** Makes the references of the session's stack what CloudFormation says. Returns the exit code. */
export async function settle(session: SamSession): Promise<number> {
  const { host, own, parameters } = session;
  const stack = requireStackName(parameters);
  const finished = own.deployment === undefined ? [] : [own.deployment];
  const outcomes = await withStore(session, (store) => settleEverywhere(session, store, stack, finished));
  for (const line of settledLines(outcomes)) tell(host, line);
  return isUndecided(outcomes) ? UNDECIDED : 0;
}
