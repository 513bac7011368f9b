import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILD_FOLDER } from '../packing/artifact-files.js';
import { digestOfFile } from '../packing/digest-of-file.js';
import { HoldfastError, quote } from '@holdfast/core';
import { NO_BUCKET } from '../host/no-bucket.js';
import type { CloudFormationTemplate } from '../host/types.js';
import type { Session } from '../session.js';
import { fingerprintOf, readFingerprint } from '../template/fingerprint.js';
import { localFiles } from '../template/local-template.js';
import { resolveBookmarks } from '../template/named-in-template.js';
import { BUCKET_ID, succeeded, type DeployedStack } from './deployed.js';

/** The fingerprint of what was packaged, read from the build folder, and of what the bookmarks lead to that it names. */
export async function packagedFingerprint(session: Session): Promise<string> {
  const { serverless, provider, settings } = session;
  const { service, serviceDir } = serverless;
  const build = join(serviceDir, BUILD_FOLDER);
  const template = service.provider.compiledCloudFormationTemplate;
  const state = JSON.parse(
    await readFile(join(build, provider.naming.getServiceStateFileName()), 'utf8'),
  ) as { service: { provider: Record<string, unknown> } };
  const files = await resolveBookmarks(template, session.store);
  for (const path of localFiles(template)) files[path] = digestOfFile(join(build, path));
  const { repository, idPrefix, storageMode, regions, tags } = settings();
  return fingerprintOf({
    template,
    provider: state.service.provider,
    files,
    settings: { repository, idPrefix, storageMode, regions, tags },
    serviceDir,
  });
}

/**
 * Throws `invalid-input` for a template that needs a deployment bucket: one that the host packaged without this plugin, for
 * `deploy --package`, and one in which somebody else has a file of theirs uploaded to the bucket.
 */
export function checkPackage({ Resources }: Pick<CloudFormationTemplate, 'Resources'>): void {
  if (Resources[BUCKET_ID] !== undefined) {
    throw new HoldfastError('invalid-input', 'this package was made without @holdfast/serverless-plugin', {
      hint: 'Package the service again with the plugin, or deploy the package without it.',
    });
  }
  const [id] = Object.keys(Resources).filter((key) =>
    JSON.stringify(Resources[key]).includes(`"${NO_BUCKET}"`),
  );
  if (id === undefined) return;
  throw new HoldfastError(
    'invalid-input',
    `resource ${quote(id)} has its file in a deployment bucket, and there is none`,
    {
      hint: 'The plugin publishes the code of functions, layers and custom resources. Name a bucket of your own for other files.',
    },
  );
}

/**
 * Whether the stack was deployed from the very same. A deployment that failed leaves another status, so that it is not skipped; what
 * was only begun is not in the template that CloudFormation has.
 */
export function isUnchanged(deployed: DeployedStack | undefined, fingerprint: string | undefined): boolean {
  if (fingerprint === undefined || deployed?.template === undefined || !succeeded(deployed)) return false;
  return readFingerprint(deployed.template) === fingerprint;
}
