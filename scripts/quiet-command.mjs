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
export function step(what, command, args, env) {
  return steps(what, [[command, args]], env);
}

/**
 * Several commands side by side, told as one step.
 *
 * @param {string} what
 * @param {readonly (readonly [string, readonly string[]])[]} commands each with its arguments
 * @param {NodeJS.ProcessEnv} env
 */
export async function steps(what, commands, env) {
  process.stderr.write(`${what} … `);
  const started = performance.now();
  const results = await Promise.all(commands.map(([command, args]) => quietly(command, args, env)));
  const failed = results.filter(({ ok }) => !ok);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const told =
    failed.length === 0 ? `${seconds} s` : `failed\n${failed.map(({ output }) => output).join('')}`;
  process.stderr.write(`${told.trimEnd()}\n`);
  if (failed.length > 0) process.exit(1);
}
