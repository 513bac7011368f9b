import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The folder for what Holdfast may keep about this machine and can do without: `holdfast` in `$XDG_CACHE_HOME` where that
 * is an absolute path (XDG Base Directory Specification), else in the place that the platform has for such things.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const chosen = env['XDG_CACHE_HOME'];
  if (chosen !== undefined && isAbsolute(chosen)) {
    return join(chosen, 'holdfast');
  }
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Caches', 'holdfast');
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'holdfast', 'Cache');
    default:
      return join(home, '.cache', 'holdfast');
  }
}
