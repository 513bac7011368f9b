import type { PublishSource } from '@holdfast/core';
import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import { digestOfFile } from '../packing/digest-of-file.js';
import { functionFile, isBuilt } from '../packing/artifact-files.js';
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
      if (isBuilt(serverless, file)) await normalise(file);
      const remote = serverless.service.provider.remoteFunctionData?.Configuration?.CodeSha256;
      const local = Buffer.from(await digestOfFile(file), 'hex').toString('base64');
      if (remote === local && plugin.options['force'] !== true) {
        session.output.log?.notice('Code did not change. Function deployment skipped.');
        return;
      }
      await giveCode(session, name, { kind: 'path', path: file });
      plugin.shouldEnsureFunctionState = true;
      session.output.log?.notice('Function code deployed');
    });
}

/** Publishes a code under the function's ID and gives it to the function, which gets a reference of its own. */
export async function giveCode(session: Session, name: string, source: PublishSource): Promise<void> {
  const { serverless, provider } = session;
  const store = await session.store();
  const { repository, storageMode } = session.settings();
  const { updateFunction } = await import('@holdfast/cloudformation');
  const logicalId = provider.naming.getLambdaLogicalId(name);
  const { version } = await store.publish({
    id: await artifactId(idPrefixOf(serverless), logicalId),
    source,
    mediaType: 'application/zip',
    ...(repository === undefined ? {} : { repository }),
  });
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
