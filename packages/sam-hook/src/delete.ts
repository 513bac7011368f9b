import { changeArguments } from './arguments.js';
import { guardDelete } from './guard-delete.js';
import { findSam } from './find-sam.js';
import { isUndecided, settledLines, tell } from './messages.js';
import { requireStackName } from './parameters.js';
import { runSam } from './run-sam.js';
import { withCloudFormation, withStore, type SamSession } from './session.js';
import { settleEverywhere } from './settle-everywhere.js';

/**
 * Runs the real `sam delete` where it cannot touch the repository, and settles. Returns the exit code: sam's own, or 1 when the references
 * could not be settled.
 */
export async function deleteStack(session: SamSession): Promise<number> {
  const { host, given, parameters, env } = session;
  const sam = findSam(env);
  if (given.options.some(({ name }) => name === '--help' || name === '-h')) {
    return (await runSam({ sam, args: ['delete', ...given.words], env, cwd: host.cwd })).code;
  }
  const stack = requireStackName(parameters);
  return withStore(session, async (store) => {
    const add = await withCloudFormation(session, (api) => guardDelete({ store, api, stack, parameters }));
    const args = ['delete', ...changeArguments(given, { without: [], add })];
    const end = await runSam({ sam, args, env, cwd: host.cwd });
    const outcomes = await settleEverywhere(session, store, stack, []);
    for (const line of settledLines(outcomes)) tell(host, line);
    return isUndecided(outcomes) && end.code === 0 ? 1 : end.code;
  });
}
