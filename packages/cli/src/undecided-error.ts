import type { Doubt } from '@holdfast/cloudformation';

/** Not everything could be decided. Nothing was released of what could not, and the rest was done. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError';
  readonly hint =
    'What could not be decided keeps its references. Repeat the command once the reasons are gone.';

  constructor(consumers: number, doubts: readonly Doubt[]) {
    const about = consumers === 0 ? [] : [`${consumers} could not be decided`];
    super([...about, ...doubts.map(({ message }) => message)].join('; '));
  }
}
