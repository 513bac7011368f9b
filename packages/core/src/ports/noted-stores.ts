/**
 * The stores of other accounts and regions that stacks of this account use versions of. Each is written down before anything is pinned in
 * it, so that whoever settles a stack here finds every store that holds something for it.
 */
export interface NotedStores {
  /** Safe to repeat. */
  note(url: string): Promise<void>;
  /** Safe to repeat. Nothing changes in that store. */
  forget(url: string): Promise<void>;
  /** Their URLs, in order. */
  list(): Promise<readonly string[]>;
}
