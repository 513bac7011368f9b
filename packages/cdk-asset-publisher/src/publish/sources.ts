import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { HoldfastError, quote, type PublishSource } from '@holdfast/core';
import type { AssetPlan } from '../assembly/types.js';

/** Milliseconds that a command may take which makes an asset. */
const EXECUTABLE_TIMEOUT_MS = 15 * 60_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Where an asset's bytes come from. Throws `unavailable` when the command that makes them fails. */
export async function sourceOf(asset: AssetPlan, folder: string): Promise<PublishSource> {
  if (asset.executable === undefined) return { kind: 'path', path: resolve(folder, asset.path) };
  const [command = '', ...rest] = asset.executable;
  try {
    const { stdout } = await promisify(execFile)(command, rest, {
      cwd: folder,
      timeout: EXECUTABLE_TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return { kind: 'path', path: resolve(folder, stdout.trim()) };
  } catch (cause) {
    throw new HoldfastError(
      'unavailable',
      `the command ${quote(command)} that makes ${quote(asset.displayName ?? asset.token)} failed`,
      { cause },
    );
  }
}
