import { closeSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * From this version on the translator hands `StorageMode` on to Lambda; an older one leaves it out without a word.
 *
 * Source: https://github.com/aws/serverless-application-model/releases/tag/v1.113.0
 */
const KNOWS_STORAGE_MODE = [1, 113] as const;

/**
 * The version of aws-sam-translator that a `sam` brings, as it lies on the disk; undefined when it cannot be seen. Asking sam itself would take as
 * long as starting it.
 */
export function translatorVersion(sam: string): string | undefined {
  for (const folder of foldersOf(sam)) {
    const found = namesIn(folder).map((name) => /^aws_sam_translator-([0-9.]+)\.dist-info$/.exec(name)?.[1]);
    const version = found.find((it) => it !== undefined);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** What to say of storage mode `reference` before sam deploys with it; undefined when there is nothing to say. Pure. */
export function storageModeWarning(version: string | undefined): string | undefined {
  const least = KNOWS_STORAGE_MODE.join('.');
  const loss = `before ${least}, SAM leaves StorageMode out, and functions run from copies`;
  if (version === undefined)
    return `which aws-sam-translator this sam brings could not be seen; ${loss}. CloudFormation's own decides`;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [least1, least2] = KNOWS_STORAGE_MODE;
  if (major > least1 || (major === least1 && minor >= least2)) return undefined;
  return `this sam brings aws-sam-translator ${version}, which does not know storage mode reference: ${loss}. CloudFormation's own decides; update the AWS SAM CLI to have both agree`;
}

/** Where Python packages may lie: beside the interpreter that a script names, and beside a program that brings its own. */
function* foldersOf(sam: string): Generator<string> {
  const program = realpathSync(sam);
  const [, interpreter] = /^#!\s*(\/\S+)/.exec(beginningOf(program)) ?? [];
  for (const bin of [interpreter, program].flatMap((file) => (file === undefined ? [] : [dirname(file)]))) {
    const library = join(bin, '..', 'lib');
    for (const name of namesIn(library))
      if (name.startsWith('python3')) yield join(library, name, 'site-packages');
    yield join(bin, '_internal');
    yield bin;
  }
}

function beginningOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(512);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
