import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';

export interface ReadEntry {
  readonly path: string;
  /** `st_mode` with its type. */
  readonly unixMode: number;
  readonly method: number;
  readonly content: Buffer;
}

/** Reads a zip with yauzl's own streams, in the order of its directory. */
export async function readZip(file: string): Promise<ReadEntry[]> {
  const zip = await openPromise(file, { lazyEntries: true, decodeStrings: false });
  const entries: ReadEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileNameRaw.toString();
    const content = path.endsWith('/')
      ? Buffer.alloc(0)
      : await buffer(await zip.openReadStreamPromise(entry));
    entries.push({
      path,
      unixMode: entry.externalFileAttributes >>> 16,
      method: entry.compressionMethod,
      content,
    });
  }
  return entries;
}
