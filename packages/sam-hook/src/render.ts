import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '@holdfast/core';
import { valueOf, type SamArguments } from './arguments.js';
import { NO_BUCKET } from './no-bucket.js';
import type { PlacedTemplate } from './place-template.js';
import { effectiveFlag, type SamParameters } from './parameters.js';
import { runQuietly } from './run-sam.js';
import type { SamSession } from './session.js';

/** The template as sam itself writes it anew before it sends it: its bytes, which decide on the name that sam gives it in a bucket. */
export async function renderAsSam(session: SamSession, sam: string, placed: PlacedTemplate): Promise<Buffer> {
  const { given, parameters, env, host } = session;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sam-'));
  const output = join(folder, 'template');
  try {
    const args = ['package', ...renderingArguments(given, parameters, placed, output)];
    const { code, stderr } = await runQuietly({ sam, args, env, cwd: host.cwd });
    if (code !== 0) {
      host.stderr.write(stderr);
      throw new HoldfastError('unavailable', 'sam could not write the template that it would deploy', {
        hint: 'What sam says of it stands above.',
      });
    }
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The arguments by which `sam package` writes what `sam deploy` would send: all that decides on it, from wherever it was said. Pure. */
export function renderingArguments(
  given: SamArguments,
  parameters: Pick<SamParameters, 'configured'>,
  placed: Pick<PlacedTemplate, 'file' | 'emptyConfig'>,
  output: string,
): string[] {
  const { configured } = parameters;
  const flag = (on: string, off: string | undefined, name: string): string[] =>
    effectiveFlag(given, parameters, [[on], off, name]) ? [on] : [];
  const repositories = given.options.flatMap(({ name, value }) =>
    name === '--image-repositories' && value !== undefined ? [value] : [],
  );
  const repository = valueOf(given, '--image-repository') ?? configured('image_repository');
  const named = [configured('image_repositories')].flat().filter((it) => typeof it === 'string');
  const all = repositories.length > 0 ? repositories : named;
  return [
    ...['--template-file', placed.file, '--output-template-file', output],
    // sam wants a bucket whether there is anything to upload or not.
    ...['--config-file', placed.emptyConfig, '--s3-bucket', NO_BUCKET],
    ...flag('--use-json', undefined, 'use_json'),
    ...flag('--language-extensions', '--no-language-extensions', 'language_extensions'),
    ...(typeof repository === 'string' ? ['--image-repository', repository] : []),
    ...all.flatMap((one) => ['--image-repositories', one]),
  ];
}
