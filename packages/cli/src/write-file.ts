import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { undoneWhenInterrupted } from './interrupts.js';
import { UsageError } from './usage-error.js';

/**
 * Writes a stream to a file, which appears only when the stream has ended well. Otherwise, also when a signal ends the process,
 * nothing is left and an older file stays as it was.
 *
 * Throws {@link UsageError} when the file cannot be written, and whatever the stream fails with.
 */
export async function writeFileWhole(stream: Readable, file: string): Promise<void> {
  const partial = `${file}.${randomUUID()}.partial`;
  const undo = (): void => rmSync(partial, { force: true });
  await undoneWhenInterrupted(undo, async () => {
    try {
      await pipeline(stream, createWriteStream(partial, { flags: 'wx', flush: true }));
      await rename(partial, file);
    } catch (error) {
      undo();
      const { path, code } = error as NodeJS.ErrnoException;
      if (path !== partial || code === undefined) throw error;
      throw new UsageError(
        `"${file}" cannot be written (${code})`,
        'Give a file in a folder that you may write to.',
      );
    }
  });
}
