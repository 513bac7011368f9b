/** A slot that uses a version. */
export interface Use {
  readonly id: string;
  readonly number: number;
  readonly slot: string;
  readonly bookmark?: string;
}

/** One step of a history, as data. Contents, consumers and deployments are short names. */
export type Command =
  | { readonly kind: 'publish'; readonly id: string; readonly content: string }
  | {
      readonly kind: 'bookmark';
      readonly id: string;
      readonly number: number;
      readonly name: string;
      readonly expected?: number | null;
    }
  | { readonly kind: 'unbookmark'; readonly id: string; readonly name: string }
  | {
      readonly kind: 'pin';
      readonly consumer: string;
      readonly deployment: string;
      readonly uses: readonly Use[];
    }
  | { readonly kind: 'bind'; readonly from: string; readonly deployment: string; readonly to: string }
  | {
      readonly kind: 'settle';
      readonly consumer: string;
      readonly deployment: string;
      readonly uses: readonly Use[];
      readonly mode: 'replace' | 'add';
      readonly releasePins: readonly string[];
      /** With a revision that was read before somebody else settled. */
      readonly stale: boolean;
    }
  | { readonly kind: 'delete' | 'undelete'; readonly id: string; readonly number: number }
  | { readonly kind: 'gc'; readonly dryRun: boolean }
  | { readonly kind: 'advance'; readonly ms: number };

/** What a command was answered, as one line; the same from the model and from a store that agrees with it. */
export type Answer = string;
