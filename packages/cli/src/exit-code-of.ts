import { EXIT_CODES } from './exit-codes.js';

/** The exit code for a failure's code, as {@link describeError} gives it. */
export function exitCodeOf(code: string): number {
  switch (code) {
    case 'usage':
    case 'invalid-input':
      return EXIT_CODES.usage;
    case 'in-use':
      return EXIT_CODES.inUse;
    case 'undecided':
      return EXIT_CODES.undecided;
    default:
      return EXIT_CODES.failed;
  }
}
