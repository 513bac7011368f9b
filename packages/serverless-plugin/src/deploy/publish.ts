import type { PackagedUse } from '@holdfast/cloudformation';
import type { ArtifactStore, Location, Version } from '@holdfast/core';
import { readFile, rm } from 'node:fs/promises';
import { basename, join, posix, resolve } from 'node:path';
import { addToHistory, historyConsumer, historyIds } from '../history/deployments.js';
import { isOf } from '../history/pin-again.js';
import type { CloudFormationTemplate } from '../host/types.js';
import { BUILD_FOLDER } from '../packing/artifact-files.js';
import { digestOfFile } from '../packing/digest-of-file.js';
import { namedBy } from '../packing/named-artifacts.js';
import type { Session } from '../session.js';
import { writeFingerprint } from '../template/fingerprint.js';
import { writeCodeDigests } from '../template/named-in-template.js';

/** The packaged template while it is written; it must lie where its local paths start. */
const LOCAL_TEMPLATE = 'holdfast-template.json';

/** A deployment whose versions are published and pinned. */
export interface Prepared {
  /** The deployment's directory, where the history did not have it before; see {@link PastDeployment}. */
  readonly added: readonly string[];
  readonly template: Location;
  readonly artifacts: readonly PackagedUse[];
}

/**
 * Publishes what the packaged template names, pins it for the stack, publishes template and state, and adds the deployment to the
 * history. Afterwards the host's template in memory is the one that is deployed. The pins are recorded under `deployment`, also when a
 * later step fails.
 */
export async function prepareDeployment(
  session: Session,
  deployment: string,
  fingerprint: string,
): Promise<Prepared> {
  const { serverless, provider, stackName } = session;
  const { service, serviceDir } = serverless;
  const { repository, idPrefix, storageMode, regions, tags } = session.settings();
  const { packageTemplate, writeTemplate } = await import('@holdfast/cloudformation');
  const build = join(serviceDir, BUILD_FOLDER);
  const file = join(build, LOCAL_TEMPLATE);
  const template = service.provider.compiledCloudFormationTemplate;
  writeFingerprint(template, fingerprint);
  await writeTemplate(file, JSON.stringify(template));
  const store = await session.store();
  const scope = repository === undefined ? {} : { repository };
  const packaged = await packageTemplate({
    store,
    file,
    stackName,
    deployment,
    tags,
    ...scope,
    ...(idPrefix === undefined ? {} : { idPrefix }),
    ...(storageMode === undefined ? {} : { storageMode }),
    ...(regions === undefined ? {} : { regions }),
  });
  await rm(file, { force: true });
  const deployed = JSON.parse(packaged.text) as CloudFormationTemplate;
  writeCodeDigests(
    deployed,
    packaged.artifacts.flatMap(({ outcome, slot, version: { digest } }) =>
      outcome === 'resolved' ? [{ slot, digest }] : [],
    ),
  );
  service.provider.compiledCloudFormationTemplate = deployed;

  const ids = historyIds(stackName);
  const state = await readFile(join(build, provider.naming.getServiceStateFileName()));
  const json = { ...scope, mediaType: 'application/json' };
  const [ofTemplate, ofState] = await store.publishAll([
    { ...json, id: ids.template, source: { kind: 'bytes', bytes: Buffer.from(JSON.stringify(deployed)) } },
    { ...json, id: ids.state, source: { kind: 'bytes', bytes: state } },
  ]);
  const directory = posix.basename(service.package.artifactDirectoryName);
  const isNew = await addToHistory(store, historyConsumer(store, repository ?? 'default', stackName), {
    directory,
    template: ofTemplate!.version,
    state: ofState!.version,
    // What other stores have is kept there by the stack's own references, and a rollback reads of it in the template.
    uses: packaged.artifacts.flatMap(({ slot, version }) =>
      isOf(version.arn, store.identity) ? [{ slot, version }] : [],
    ),
  });
  return {
    added: isNew ? [directory] : [],
    artifacts: packaged.artifacts,
    template: await store.locate(ofTemplate!.version),
  };
}

/**
 * Where a zip lies that the host wants to upload. Nothing is uploaded again: what functions and layers use is published already, and
 * what else somebody wants to upload is published now.
 */
export async function publishedZip(
  session: Session,
  prepared: Prepared,
  filename: string,
): Promise<Location> {
  const store = await session.store();
  const path = resolve(session.serverless.serviceDir, filename);
  const named = namedBy(path);
  if (named !== undefined) {
    const { version } =
      prepared.artifacts.find((use) => use.version.arn === named || use.bookmark === named) ??
      (await store.resolve(named));
    return store.locate(version);
  }
  const digest = digestOfFile(path);
  const known = prepared.artifacts.find(({ version }) => version.digest === `sha256:${digest}`)?.version;
  return store.locate(known ?? (await publishOther(session, store, path)));
}

async function publishOther(session: Session, store: ArtifactStore, path: string): Promise<Version> {
  const { repository } = session.settings();
  const name = basename(path)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-+/, '');
  const { version } = await store.publish({
    id: `${session.stackName}/serverless/files/${name}`,
    source: { kind: 'path', path },
    ...(repository === undefined ? {} : { repository }),
  });
  return version;
}
