import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError } from '@holdfast/core';
import { readCdkJson } from './cdk-json.js';

/** What `--app` may name. */
export type App =
  /** An assembly that was synthesized before. */
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'command'; readonly command: string };

export interface AppPlaces {
  /** The value of `--app`. */
  readonly given?: string;
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The app, looked for where the CDK's command looks: the option, `CDK_APP`, `cdk.json`, `~/.cdk.json`. Throws `invalid-input` when there
 * is none.
 */
export function findApp({ given, cwd, home, env }: AppPlaces): App {
  const app = given ?? env['CDK_APP'] ?? readCdkJson({ cwd, home }).app;
  if (app === undefined || app === '') {
    throw new HoldfastError('invalid-input', 'there is no app to deploy', {
      hint: 'Name it with --app, or as "app" in cdk.json.',
    });
  }
  const folder = join(cwd, app);
  const path = existsSync(folder) ? folder : app;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return { kind: 'folder', folder: path };
  return { kind: 'command', command: app };
}
