import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILD_FOLDER } from '../packing/artifact-files.js';
import { digestOfFile } from '../packing/digest-of-file.js';
import type { Session } from '../session.js';
import { fingerprintOf, readFingerprint } from '../template/fingerprint.js';
import { localFiles } from '../template/local-template.js';
import { succeeded, type DeployedStack } from './deployed.js';

/** The fingerprint of what was packaged, read from the build folder. */
export async function packagedFingerprint({ serverless, provider, settings }: Session): Promise<string> {
  const { service, serviceDir } = serverless;
  const build = join(serviceDir, BUILD_FOLDER);
  const template = service.provider.compiledCloudFormationTemplate;
  const state = JSON.parse(
    await readFile(join(build, provider.naming.getServiceStateFileName()), 'utf8'),
  ) as unknown;
  const files: Record<string, string> = {};
  await Promise.all(
    localFiles(template).map(async (path) => {
      files[path] = await digestOfFile(join(build, path));
    }),
  );
  const { repository, idPrefix, storageMode, regions, tags } = settings();
  return fingerprintOf({
    template,
    state,
    files,
    settings: { repository, idPrefix, storageMode, regions, tags },
    serviceDir,
  });
}

/**
 * Whether the stack was deployed from the very same. A deployment that failed leaves another status, so that it is not skipped; what
 * was only begun is not in the template that CloudFormation has.
 */
export function isUnchanged(deployed: DeployedStack | undefined, fingerprint: string): boolean {
  if (deployed?.template === undefined || !succeeded(deployed)) return false;
  return readFingerprint(deployed.template) === fingerprint;
}
