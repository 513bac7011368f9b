import { HoldfastError, quote, type PublishSource, type Version } from '@holdfast/core';
import { isOf } from '../history/pin-again.js';
import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import { digestOfFile } from '../packing/digest-of-file.js';
import { functionFile, isBuilt } from '../packing/artifact-files.js';
import { namedBy } from '../packing/named-artifacts.js';
import type { Normalise } from '../packing/take-over.js';
import type { Session } from '../session.js';
import { idPrefixOf } from '../settings.js';
import { tellDoubts, throwIfUndecided } from '../settle.js';
import { artifactId } from '../template/artifact-id.js';

/** Lets `deploy function` give the function its code from the repository, where the host sends the bytes themselves. */
export function installDeployFunction(session: Session, normalise: Normalise): void {
  const { serverless } = session;
  const plugin = findPlugin(serverless, 'deployFunction');
  if (plugin === undefined) return;
  const original = plugin.deployFunction.bind(plugin);
  plugin.deployFunction = () =>
    withHostErrors(serverless, async () => {
      const name = String(plugin.options['function']);
      const file = functionFile(serverless, name);
      if (file === undefined) return original();
      const named = namedBy(file);
      if (named !== undefined) {
        await giveCode(session, name, named);
        plugin.shouldEnsureFunctionState = true;
        session.output.log?.notice('Function code deployed');
        return;
      }
      if (isBuilt(serverless, file)) await normalise(file);
      const remote = serverless.service.provider.remoteFunctionData?.Configuration?.CodeSha256;
      const local = Buffer.from(digestOfFile(file), 'hex').toString('base64');
      if (remote === local && plugin.options['force'] !== true) {
        session.output.log?.notice('Code did not change. Function deployment skipped.');
        return;
      }
      await giveCode(session, name, { kind: 'path', path: file });
      plugin.shouldEnsureFunctionState = true;
      session.output.log?.notice('Function code deployed');
    });
}

/**
 * Gives a function a code, and a reference of its own: the one that an ARN names, or one that is published under the function's ID.
 * Throws `unsupported` for an ARN of another account or region, where only stacks hold something.
 */
export async function giveCode(
  session: Session,
  name: string,
  source: PublishSource | string,
): Promise<void> {
  const { serverless, provider } = session;
  const store = await session.store();
  const { repository, storageMode } = session.settings();
  const { updateFunction } = await import('@holdfast/cloudformation');
  const publish = async (code: PublishSource): Promise<Version> => {
    const id = await artifactId(idPrefixOf(serverless), provider.naming.getLambdaLogicalId(name));
    const scope = repository === undefined ? {} : { repository };
    return (await store.publish({ id, source: code, mediaType: 'application/zip', ...scope })).version;
  };
  const version = typeof source === 'string' ? (await store.resolve(source)).version : await publish(source);
  if (!isOf(version.arn, store.identity)) {
    throw new HoldfastError(
      'unsupported',
      `${quote(version.arn)} is of another account or region, where only stacks hold what they use`,
      { hint: 'Deploy the service instead: sls deploy' },
    );
  }
  const { function: arn, settled } = await updateFunction({
    store,
    lambda: await session.lambda(),
    place: session.place,
    function: serverless.service.getFunction(name).name,
    artifact: version.arn,
    ...(storageMode === undefined ? {} : { storageMode }),
  });
  if (settled.result !== 'undecided') return;
  // What the function ran before may be in doubt, and keeps its references; what it runs now must have one.
  tellDoubts(session, [settled]);
  const { references } = await store.consumer(arn);
  const { repository: of, id, number } = version;
  const isRegistered = references.some(
    ({ kind, version: used }) =>
      kind === 'reference' && used.repository === of && used.id === id && used.number === number,
  );
  if (!isRegistered) throwIfUndecided([settled]);
}
