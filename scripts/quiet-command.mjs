// Runs one command whose output matters only when it fails. For any Node >= 20, without dependencies.
import { spawn } from 'node:child_process';
import { root } from './workspace.mjs';

/**
 * Runs a command in the workspace's root.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ ok: boolean, output: string, seconds: string }>} `output` holds stdout and stderr as they came
 */
export function quietly(command, args, env) {
  const started = performance.now();
  return new Promise((resolve) => {
    const chunks = [];
    const finish = (ok, last = '') => {
      const output = Buffer.concat(chunks).toString() + last;
      resolve({ ok, output, seconds: ((performance.now() - started) / 1000).toFixed(1) });
    };
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => finish(false, `${error.message}\n`));
    child.on('close', (code, signal) => finish(code === 0, signal ? `ended by ${signal}\n` : ''));
  });
}

/**
 * Like {@link quietly}, told on stderr in one line; ends this process with the command's output when it fails.
 *
 * @param {string} what what is being done, such as `Building the packages`
 */
export async function step(what, command, args, env) {
  process.stderr.write(`${what} … `);
  const { ok, output, seconds } = await quietly(command, args, env);
  process.stderr.write(ok ? `${seconds} s\n` : `failed\n${output}`);
  if (!ok) process.exit(1);
}
