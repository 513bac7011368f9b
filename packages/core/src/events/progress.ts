/** What the store tells its host while it works. A host renders it or does not; nothing depends on it. */
export type ProgressEvent =
  | { readonly type: 'hashed'; readonly path: string; readonly bytes: number }
  | { readonly type: 'packed'; readonly path: string; readonly entries: number; readonly bytes: number }
  | { readonly type: 'unchanged'; readonly path: string; readonly digest: string }
  | { readonly type: 'stored'; readonly digest: string; readonly bytes: number }
  | { readonly type: 'warning'; readonly message: string };

export type ProgressListener = (event: ProgressEvent) => void;
