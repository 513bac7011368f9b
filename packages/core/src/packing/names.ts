import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes a name as it is on disk. Throws `invalid-input` when it is not UTF-8, since a zip could not say what it is. */
export function decodeName(bytes: Uint8Array, what: string): string {
  try {
    return strict.decode(bytes);
  } catch (cause) {
    const shown = Buffer.from(bytes).toString('latin1');
    throw new HoldfastError(
      'invalid-input',
      `${what} is not valid UTF-8 (as Latin-1 it reads ${quote(shown)})`,
      {
        hint: 'Rename it, or leave its directory out with .holdfastignore.',
        cause,
      },
    );
  }
}
