import type { Catalog, ContentCopy, ContentStorage } from '../../ports/index.js';

/** What a call needs: an action on something of a repository, with what stands after the repository in its ARN. */
export interface Need {
  readonly repository: string;
  readonly action: string;
  readonly rest: string;
}

/** `owner`: the store's own account alone. `reader`: whoever may read anything of the repository. `writer`: whoever is let write in any. */
export type Needs =
  | readonly Need[]
  | 'owner'
  | 'open'
  | 'writer'
  | { readonly reader: string }
  | { readonly consumer: string; readonly uses?: readonly Need[] };

/** What a repository-wide action is asked with, where any artifact would do: writing is given for all of them or for none. */
const ANY = 'any';

const need = (repository: string, action: string, rest = ''): readonly Need[] => [
  { repository, action: `holdfast:${action}`, rest },
];
const artifact = (repository: string, id: string): readonly Need[] => need(repository, 'GetArtifact', id);
const publish = (repository: string, id = ANY): readonly Need[] => need(repository, 'PublishVersion', id);
const use = (versions: readonly { readonly repository: string; readonly id: string }[]): readonly Need[] =>
  versions.flatMap(({ repository, id }) => need(repository, 'UseVersion', id));
const owner = (): Needs => 'owner';
const open = (): Needs => 'open';

type NeedsOf<Port> = {
  readonly [Name in keyof Port]?: (
    ...args: Port[Name] extends ((...given: infer Args) => unknown) | undefined ? Args : never
  ) => Needs;
};

/**
 * Every call of the catalog, with what it needs: the partitions that it touches on `aws:` are those that the action's permissions name. A
 * method that is not here is the owner's alone.
 */
export const CATALOG_NEEDS: NeedsOf<Catalog> = {
  createRepository: owner,
  getRepository: (name) => ({ reader: name }),
  listRepositories: owner,
  deleteRepository: owner,
  leaseContent: ({ repository }) => publish(repository),
  leaseContents: (inputs) => inputs.flatMap(({ repository }) => publish(repository)),
  releaseLease: ({ repository }) => publish(repository),
  recordVersion: ({ repository, id }) => publish(repository, id),
  recordVersions: (inputs) => inputs.flatMap(({ repository, id }) => publish(repository, id)),
  reserveNumbers: (repository, id) => publish(repository, id),
  nextNumber: open,
  findTrees: (repository) => publish(repository),
  hasShape: (repository) => publish(repository),
  newestVersions: (repository) => publish(repository),
  getVersion: ({ repository, id }) => artifact(repository, id),
  findVersions: (wanted) => wanted.flatMap(({ repository, id }) => artifact(repository, id)),
  latestVersion: (repository, id) => [...need(repository, 'ListArtifacts'), ...artifact(repository, id)],
  // It tells of every artifact that has the content.
  versionsOfContent: (repository) => [...need(repository, 'LocateContent'), ...artifact(repository, '*')],
  listArtifacts: (repository) => need(repository, 'ListArtifacts'),
  listVersions: (repository, id) => artifact(repository, id),
  getBookmark: (repository, id) => artifact(repository, id),
  listBookmarks: (repository, id) => artifact(repository, id),
  bookmarkHistory: (repository, id) => artifact(repository, id),
  moveBookmark: ({ repository, id }) => need(repository, 'MoveBookmark', id),
  pin: ({ consumer, pins }) => ({ consumer, uses: use(pins.map(({ version }) => version)) }),
  bindPins: (from) => ({ consumer: from }),
  settle: ({ consumer, references }) => ({ consumer, uses: use(references.map(({ version }) => version)) }),
  getConsumer: (consumer) => ({ consumer }),
  // Settling what one's own stacks use begins with the list of all.
  listConsumers: () => 'writer',
  usageOf: ({ repository, id }) => artifact(repository, id),
  condemnVersion: ({ repository, id }) => need(repository, 'DeleteVersion', id),
  restoreVersion: ({ repository, id }) => need(repository, 'DeleteVersion', id),
  planSweep: owner,
  purgeVersions: owner,
  startRemovals: owner,
  listRemovals: owner,
  finishRemoval: owner,
  getContent: (repository) => need(repository, 'LocateContent'),
  isLeased: (repository) => need(repository, 'LocateContent'),
  listContents: (repository) => need(repository, 'LocateContent'),
  readEvents: owner,
  numberedEvents: owner,
  waitingEvents: owner,
  getLifecycle: (repository) => ({ reader: repository }),
  putLifecycle: owner,
  getPolicy: (repository) => ({ reader: repository }),
  putPolicy: owner,
  surveyVersions: owner,
  formerUsesOf: ({ repository, id }) => artifact(repository, id),
  close: open,
};

const bytes = ({ repository, digest }: ContentCopy): readonly Need[] =>
  need(repository, 'GetContent', digest);

export const CONTENT_NEEDS: NeedsOf<ContentStorage> = {
  has: bytes,
  put: ({ repository }) => publish(repository),
  repair: owner,
  open: bytes,
  delete: owner,
  list: owner,
  removeAbandoned: owner,
  checkLocatable: open,
  // A place is no bytes; the catalog has told it by then.
  locate: open,
  localPath: bytes,
};
