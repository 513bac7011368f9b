import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';

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
  const app = given ?? env['CDK_APP'] ?? appOf(join(cwd, 'cdk.json')) ?? appOf(join(home, '.cdk.json'));
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

function appOf(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HoldfastError('unavailable', `${quote(file)} could not be read`, { cause });
  }
  try {
    const { app } = JSON.parse(text) as { app?: unknown };
    return typeof app === 'string' ? app : undefined;
  } catch (cause) {
    throw new HoldfastError('invalid-input', `${quote(file)} is no valid JSON`, { cause });
  }
}
