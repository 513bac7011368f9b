import { looksLikeHoldfastArn, parseArn } from '@holdfast/core';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Serverless } from '../host/types.js';
import { BUILD_FOLDER, FOREIGN_FOLDER } from './artifact-files.js';

/** Longer than any ARN, shorter than anybody's code. */
const LONGEST = 1024;

/**
 * Lets `package.artifact` of functions, layers and the service be the ARN of a version, a content or a bookmark. Hosts look for a file there, take its
 * digest and upload it, so each gets one that says which ARN it stands for; what is uploaded and deployed is decided by {@link namedBy}.
 * Throws `invalid-input` for what is no ARN of these.
 */
export async function placeNamedArtifacts({ service, serviceDir }: Serverless): Promise<void> {
  const folder = join(serviceDir, BUILD_FOLDER, FOREIGN_FOLDER);
  const place = async (arn: string, name: string): Promise<string> => {
    parseArn(arn);
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${name}.zip`);
    await writeFile(file, `${arn}\n`);
    return file;
  };
  const forAll = arnIn(service.package.artifact);
  for (const name of service.getAllFunctions()) {
    const object = service.getFunction(name);
    const own = object.package;
    const shared = object.image === undefined && own?.artifact === undefined && own?.individually !== true;
    const arn = arnIn(own?.artifact) ?? (shared ? forAll : undefined);
    if (arn !== undefined) object.package = { ...own, artifact: await place(arn, name) };
  }
  for (const name of service.getAllLayers()) {
    const layer = service.getLayer(name);
    const arn = arnIn(layer.package?.artifact);
    if (arn !== undefined) layer.package = { ...layer.package, artifact: await place(arn, `${name}.layer`) };
  }
  if (forAll !== undefined) delete service.package.artifact;
}

/** The ARN that a file stands for; undefined for every other file. */
export function namedBy(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.size > LONGEST) return undefined;
  return arnIn(readFileSync(file, 'utf8').trimEnd());
}

function arnIn(text: string | undefined): string | undefined {
  return text !== undefined && looksLikeHoldfastArn(text) ? text : undefined;
}
