import { HoldfastError } from '@holdfast/core';
import type { SamArguments } from './arguments.js';
import { effectiveFlag, type SamParameters } from './parameters.js';

/**
 * Refuses what cannot be done without uploads of sam's own, or would leave traces in the user's files: `unsupported`, with what to do
 * instead. Nothing has happened by then.
 */
export function refuseUnsupported(given: SamArguments, parameters: SamParameters): void {
  const { configured } = parameters;
  const names = new Set(given.options.map(({ name }) => name));
  if (effectiveFlag(given, parameters, [['--guided', '-g'], undefined, 'guided'])) {
    refuse(
      '--guided always makes a bucket of its own, and asks for the name of the stack too late to pin anything for it',
      'Write stack_name, region and capabilities into samconfig.toml, and run this without --guided.',
    );
  }
  if (names.has('--signing-profiles') || configured('signing_profiles') !== undefined) {
    refuse(
      '--signing-profiles would be left out without a word: SAM CLI signs only what it uploads itself',
      'Holdfast does not sign yet. Deploy the functions that must be signed with plain sam deploy.',
    );
  }
  if (names.has('--save-params')) {
    refuse(
      '--save-params would save what Holdfast adds to the arguments',
      'Write the parameters into samconfig.toml.',
    );
  }
}

/** Throws `unsupported`. */
export function refuse(message: string, hint: string): never {
  throw new HoldfastError('unsupported', message, { hint });
}
