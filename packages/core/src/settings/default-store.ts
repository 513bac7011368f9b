import { join } from 'node:path';
import type { Machine } from './machine.js';

/**
 * The URL of the store that is used when none is named: a folder in the user's data folder.
 *
 * Sources: https://specifications.freedesktop.org/basedir-spec/latest/ (a relative XDG_DATA_HOME must be ignored);
 * the platforms' own conventions on macOS and Windows.
 */
export function defaultStoreUrl(machine: Omit<Machine, 'cwd'>): string {
  return `file:${join(dataFolder(machine), 'holdfast')}`;
}

function dataFolder({ env, home, platform }: Omit<Machine, 'cwd'>): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (platform === 'win32') return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  const xdg = env['XDG_DATA_HOME'];
  return xdg?.startsWith('/') ? xdg : join(home, '.local', 'share');
}
