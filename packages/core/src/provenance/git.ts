import { execFile } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** Git that hangs, on a network drive for example, costs a publish at most this. */
const TIMEOUT_MS = 5000;

/** These point git elsewhere than at the folder asked about; they are set inside of git hooks. */
const MISLEADING = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
  'GIT_COMMON_DIR',
];

/**
 * What git prints, or undefined when it fails, is missing or takes too long: provenance is a help,
 * and no publish may fail for want of it. Never waits for a password, takes no lock and runs no hook of the repository.
 */
export function askGit(dir: string, args: readonly string[], env: Environment): Promise<string | undefined> {
  const clean: NodeJS.ProcessEnv = { ...env, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  for (const name of MISLEADING) delete clean[name];
  const options = { cwd: dir, env: clean, timeout: TIMEOUT_MS, windowsHide: true, maxBuffer: 64 * 1024 };
  return new Promise((resolve) => {
    const child = execFile('git', ['-c', 'core.fsmonitor=false', ...args], options, (error, stdout) => {
      // Output that does not fit was cut off, and its beginning is enough for every question asked here.
      const cut =
        error !== null && 'code' in error && (error.code as unknown) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
      resolve(error === null || cut ? stdout : undefined);
    });
    child.stdin?.end();
  });
}
