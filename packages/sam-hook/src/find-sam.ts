import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { HoldfastError } from '@holdfast/core';

/** The real `sam`: the first on the PATH. Throws `not-found` when there is none. */
export function findSam(env: Readonly<Record<string, string | undefined>>): string {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, 'sam');
    if (folder !== '' && isProgram(file)) return file;
  }
  throw new HoldfastError('not-found', 'there is no sam on the PATH', {
    hint: 'Install the AWS SAM CLI: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/install-sam-cli.html',
  });
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
