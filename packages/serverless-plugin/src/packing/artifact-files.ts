import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Serverless } from '../host/types.js';

/** Where every host puts what it packs, whatever `--package` says; that folder is filled from this one afterwards. */
export const BUILD_FOLDER = '.serverless';

/** Where in it files lie that nobody packed there, so that the packaged folder holds everything. */
export const FOREIGN_FOLDER = 'holdfast';

type Host = Pick<Serverless, 'service' | 'serviceDir' | 'getProvider'>;

/** The zip that a function gets, as an absolute path; undefined for one that runs an image. */
export function functionFile(host: Host, name: string): string | undefined {
  const { service, serviceDir } = host;
  const { naming } = host.getProvider('aws');
  const { image, package: own } = service.getFunction(name);
  if (image !== undefined) return undefined;
  const named = own?.artifact ?? service.package.artifact;
  if (named !== undefined && named !== '') return resolve(serviceDir, named);
  const individually = own?.individually ?? service.package.individually;
  const file = individually === true ? naming.getFunctionArtifactName(name) : naming.getServiceArtifactName();
  return join(serviceDir, BUILD_FOLDER, file);
}

/** The zip that a layer gets, as an absolute path. */
export function layerFile(host: Host, name: string): string {
  const artifact = host.service.getLayer(name).package?.artifact;
  const file = host.getProvider('aws').naming.getLayerArtifactName(name);
  return artifact === undefined
    ? join(host.serviceDir, BUILD_FOLDER, file)
    : resolve(host.serviceDir, artifact);
}

/** Every zip of functions and layers, once. */
export function artifactFiles(host: Host): string[] {
  const functions = host.service.getAllFunctions().map((name) => functionFile(host, name));
  const layers = host.service.getAllLayers().map((name) => layerFile(host, name));
  return [...new Set([...functions, ...layers].filter((file) => file !== undefined))];
}

/** Whether the host, or a plugin that packs for it, made the file. All others are somebody's own and stay as they are. */
export function isBuilt({ serviceDir }: Pick<Serverless, 'serviceDir'>, file: string): boolean {
  const way = relative(join(serviceDir, BUILD_FOLDER), file);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
