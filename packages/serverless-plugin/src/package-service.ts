import { copyFile, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Serverless } from './host/types.js';
import {
  artifactFiles,
  BUILD_FOLDER,
  FOREIGN_FOLDER,
  functionFile,
  isBuilt,
  layerFile,
} from './packing/artifact-files.js';
import { namedBy } from './packing/named-artifacts.js';
import { normaliseZip } from './packing/normalise-zip.js';
import type { Normalise } from './packing/take-over.js';
import { idPrefixOf } from './settings.js';
import { makeLocal } from './template/local-template.js';

/** Packs anew what was packed for functions and layers, before the host takes digests of it for versions of functions and layers. */
export async function normaliseArtifacts(serverless: Serverless, normalise: Normalise): Promise<void> {
  for (const file of artifactFiles(serverless)) {
    if (isBuilt(serverless, file) && namedBy(file) === undefined) await normalise(file);
  }
}

/** Puts local paths into the compiled template. Asks no AWS; what is written lies in the build folder. */
export async function localiseTemplate(serverless: Serverless): Promise<void> {
  const { service, serviceDir } = serverless;
  const provider = serverless.getProvider('aws');
  const build = join(serviceDir, BUILD_FOLDER);
  const custom = join(build, 'custom-resources.zip');
  if (existsSync(custom)) await normaliseZip(custom);

  const inBuild = async (file: string, name: string): Promise<string> => {
    if (isBuilt(serverless, file)) return relative(build, file).split(sep).join('/');
    await mkdir(join(build, FOREIGN_FOLDER), { recursive: true });
    await copyFile(file, join(build, FOREIGN_FOLDER, `${name}.zip`));
    return `${FOREIGN_FOLDER}/${name}.zip`;
  };
  const functions = new Map<string, string>();
  for (const name of service.getAllFunctions()) {
    const file = functionFile(serverless, name);
    if (file === undefined) continue;
    const path = await inBuild(file, name);
    functions.set(name, namedBy(file) ?? path);
    relocate(service.getFunction(name), path);
  }
  const layers = new Map<string, string>();
  for (const name of service.getAllLayers()) {
    const file = layerFile(serverless, name);
    const path = await inBuild(file, `${name}.layer`);
    layers.set(name, namedBy(file) ?? path);
    relocate(service.getLayer(name), path);
    // The host looked whether the layer is in its deployment bucket already, which is none of this deployment's business.
    delete service.getLayer(name).artifactAlreadyUploaded;
  }
  await makeLocal(
    service.provider.compiledCloudFormationTemplate,
    {
      functions,
      layers,
      uploadFolder: service.package.artifactDirectoryName,
      idPrefix: idPrefixOf(serverless),
    },
    provider.naming,
  );
}

/** Hosts write paths of this machine into their state, and look for the files there when the package is deployed. */
function relocate({ package: own }: { readonly package?: { artifact?: string } }, path: string): void {
  if (own?.artifact !== undefined) own.artifact = `${BUILD_FOLDER}/${path}`;
}
