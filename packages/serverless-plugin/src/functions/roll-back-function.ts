import type { Digest } from '@holdfast/core';
import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import type { FoundFunction } from '../host/types.js';
import type { Session } from '../session.js';
import { giveCode } from './deploy-function.js';

/** Lets `rollback function` take the code of the wanted version from the repository; it is fetched from Lambda only when it is not there. */
export function installRollbackFunction(session: Session): void {
  const { serverless } = session;
  const plugin = findPlugin(serverless, 'rollbackFunction');
  if (plugin === undefined) return;
  const find = plugin.getFunctionToBeRestored.bind(plugin);
  plugin.getFunctionToBeRestored = () =>
    withHostErrors(serverless, async () => {
      const found = await find();
      if (found.Code?.ResolvedS3Object === undefined || (await heldDigest(session, found)) === undefined) {
        return found;
      }
      // Serverless 4 would give a function that runs from a bucket its old object by itself, and no reference with it.
      const { ResolvedS3Object: _own, ...Code } = found.Code;
      return { ...found, Code };
    });
  const fetchCode = plugin.fetchFunctionCode.bind(plugin);
  plugin.fetchFunctionCode = (found) =>
    withHostErrors(serverless, async () => {
      const digest = await heldDigest(session, found);
      return digest === undefined ? fetchCode(found) : { digest };
    });
  plugin.restoreFunction = (code) =>
    withHostErrors(serverless, async () => {
      const { digest } = code as { digest?: Digest };
      const source =
        digest === undefined
          ? ({ kind: 'bytes', bytes: code as Uint8Array } as const)
          : ({ kind: 'digest', digest } as const);
      await giveCode(session, String(plugin.options['function']), source);
      session.output.log?.notice(
        `Successfully rolled back function ${String(plugin.options['function'])} to version "${String(plugin.options['function-version'])}"`,
      );
    });
}

/** The digest of the code, where the repository has it. */
async function heldDigest(session: Session, { Configuration }: FoundFunction): Promise<Digest | undefined> {
  const { digestOfCodeSha256 } = await import('@holdfast/cloudformation');
  const digest = digestOfCodeSha256(Configuration?.CodeSha256);
  return digest !== undefined && (await has(session, digest)) ? digest : undefined;
}

async function has(session: Session, digest: Digest): Promise<boolean> {
  const { repository } = session.settings();
  const scope = repository === undefined ? {} : { repository };
  return (await (await session.store()).versionsOfContent(digest, scope)).length > 0;
}
