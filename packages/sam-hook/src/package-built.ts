import { readFile } from 'node:fs/promises';
import type { PackagedTemplate } from '@holdfast/cloudformation';
import type { ArtifactStore } from '@holdfast/core';
import { checkNestedImages } from './nested-images.js';
import type { Regional } from './regional.js';
import { refuseWebFunctions } from './web-functions.js';
import { requireStackName } from './parameters.js';
import type { SamSession } from './session.js';
import { loadCloudFormation } from './lazy-modules.js';

/**
 * Publishes what the template of a session uses, pins it for the stack, and returns the template for sam.
 *
 * Built folders may lie anywhere (`sam build --build-dir`), so paths may lead out of the project. Throws what `packageTemplate` throws, and
 * `unsupported` for images that sam could not find any more.
 */
export async function packageBuilt(
  session: SamSession,
  store: ArtifactStore,
  { regions, locate, pinIn }: Regional,
): Promise<PackagedTemplate> {
  const { parameters, settings, own } = session;
  const { packageTemplate } = loadCloudFormation();
  const stackName = requireStackName(parameters);
  const text = await readFile(parameters.template, 'utf8').catch(() => '');
  refuseWebFunctions(text);
  await checkNestedImages(parameters.template, text, stackName);
  const { repository, idPrefix, storageMode } = settings;
  return packageTemplate({
    store,
    file: parameters.template,
    stackName,
    allowOutside: true,
    literalLocations: own.literalLocations === true,
    ...(own.deployment === undefined ? {} : { deployment: own.deployment }),
    ...(repository === undefined ? {} : { repository }),
    ...(idPrefix === undefined ? {} : { idPrefix }),
    ...(storageMode === undefined ? {} : { storageMode }),
    ...(regions === undefined ? {} : { regions }),
    ...(locate === undefined ? {} : { locate }),
    ...(pinIn === undefined ? {} : { pinIn }),
  });
}
