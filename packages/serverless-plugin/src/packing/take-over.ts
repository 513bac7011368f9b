import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import type { PackagePlugin, Serverless } from '../host/types.js';
import { BUILD_FOLDER } from './artifact-files.js';
import { digestOfFile } from './digest-of-file.js';
import { normaliseZip } from './normalise-zip.js';
import { packFiles } from './pack-files.js';

/** Packs zips anew that are not packed as Holdfast packs yet. */
export type Normalise = (file: string) => Promise<void>;

/**
 * Has the host's packager pack its zips as Holdfast does at once: then nothing is zipped twice, and large services are packed on several
 * threads. Where another plugin has a hand in what the host zips, the host zips it, and it is packed anew.
 */
export function takeOverPacking(serverless: Serverless): Normalise {
  /** By path: what was packed here. Plugins may change a zip afterwards. */
  const packed = new Map<string, string>();
  const packager = findPlugin(serverless, 'package');
  /** Hosts begin with all zips at once, and one alone keeps every processor busy. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(pack: () => Promise<T>): Promise<T> => {
    const done = last.then(pack);
    last = done.catch(() => undefined);
    return done;
  };
  if (packager !== undefined) {
    const original = packager.zipFiles.bind(packager);
    const own = freshCopy(packager, serverless);
    if (own?.zipFiles === packager.zipFiles) {
      packager.zipFiles = (files, zipFileName, prefix) => {
        const changed =
          packager.getFileContent !== own.getFileContent ||
          packager.getFileContentAndStat !== own.getFileContentAndStat;
        // The host says that there is nothing to pack.
        if (changed || files.length === 0) return original(files, zipFileName, prefix);
        return inTurn(() =>
          withHostErrors(serverless, async () => {
            const { serviceDir } = serverless;
            const file = join(serviceDir, BUILD_FOLDER, zipFileName);
            await mkdir(dirname(file), { recursive: true });
            packed.set(file, await packFiles({ serviceDir, files, prefix }, file));
            return file;
          }),
        );
      };
    }
  }
  return async (file) => {
    const known = packed.get(file);
    if (known !== undefined && known === `sha256:${digestOfFile(file)}`) return;
    await normaliseZip(file);
  };
}

/** The host's packager without what other plugins made of it; undefined where it cannot be had. */
function freshCopy(packager: PackagePlugin, serverless: Serverless): PackagePlugin | undefined {
  try {
    const { constructor: Packager } = packager as unknown as {
      constructor: new (serverless: Serverless, options: unknown) => PackagePlugin;
    };
    return new Packager(serverless, packager.options);
  } catch {
    return undefined;
  }
}
