import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** A file for sam to read, for as long as it runs. */
export interface PlacedTemplate {
  readonly file: string;
  /** A configuration file of sam that says nothing. */
  readonly emptyConfig: string;
  /** Takes it away. Safe to repeat. */
  remove(): void;
}

const IMAGE_FUNCTION = /PackageType['"]?\s*:\s*['"]?Image\b/;

/** Whether functions of the template come as images. */
export function hasImages(text: string): boolean {
  return IMAGE_FUNCTION.test(text);
}

/**
 * Writes the packaged template where nobody keeps files; beside the original only when functions come as images, because sam then looks
 * for local paths relative to its template. It goes when the process ends, too, whoever forgets it.
 */
export function placeTemplate(text: string, original: string): PlacedTemplate {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sam-'));
  const file = hasImages(text)
    ? join(dirname(original), `.holdfast-${randomUUID()}-${basename(original)}`)
    : join(folder, basename(original));
  const emptyConfig = join(folder, 'samconfig.toml');
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
    rmSync(file, { force: true });
  };
  process.on('exit', remove);
  writeFileSync(emptyConfig, '');
  writeFileSync(file, text, { flag: 'wx' });
  return { file, emptyConfig, remove };
}
