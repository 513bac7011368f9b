/**
 * The catalog's schema, as migrations that are applied in order, each in the same transaction as its number.
 * A migration that was released is never edited.
 *
 * Rows refer to each other by integer: ARNs repeated in rows made the in-use check eight times slower.
 * Instants are ISO 8601 text, so that text order is time order.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    deleted_at TEXT
  ) STRICT;

  -- last_number outlives every version and the repository's deletion: numbers are never reused.
  CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    name TEXT NOT NULL,
    last_number INTEGER NOT NULL,
    UNIQUE (repository_id, name)
  ) STRICT;

  -- A row stays when its bytes are removed, because its generation may never be used again.
  CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    repository_id INTEGER NOT NULL REFERENCES repositories (id),
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'removing', 'removed')),
    UNIQUE (repository_id, digest)
  ) STRICT;

  CREATE TABLE leases (
    token TEXT PRIMARY KEY,
    content_id INTEGER NOT NULL REFERENCES contents (id),
    expires_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_by_content ON leases (content_id);

  CREATE TABLE removals (
    content_id INTEGER NOT NULL REFERENCES contents (id),
    generation INTEGER NOT NULL,
    PRIMARY KEY (content_id, generation)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
    number INTEGER NOT NULL,
    content_id INTEGER NOT NULL REFERENCES contents (id),
    tree_digest TEXT,
    media_type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('live', 'condemned', 'deleted')),
    published_at TEXT NOT NULL,
    published_by TEXT NOT NULL,
    labels TEXT NOT NULL,
    provenance TEXT NOT NULL,
    condemned_at TEXT,
    purge_after TEXT,
    UNIQUE (artifact_id, number)
  ) STRICT;
  CREATE UNIQUE INDEX versions_by_content ON versions (content_id, artifact_id) WHERE state <> 'deleted';
  CREATE INDEX versions_by_tree ON versions (tree_digest) WHERE tree_digest IS NOT NULL AND state <> 'deleted';
  CREATE INDEX versions_condemned ON versions (purge_after) WHERE state = 'condemned';

  -- version_id is null once the bookmark is deleted; its revision goes on should it be set again.
  CREATE TABLE bookmarks (
    id INTEGER PRIMARY KEY,
    artifact_id INTEGER NOT NULL REFERENCES artifacts (id),
    name TEXT NOT NULL,
    version_id INTEGER REFERENCES versions (id),
    revision INTEGER NOT NULL,
    moved_at TEXT NOT NULL,
    moved_by TEXT NOT NULL,
    UNIQUE (artifact_id, name)
  ) STRICT;
  CREATE INDEX bookmarks_by_version ON bookmarks (version_id) WHERE version_id IS NOT NULL;

  CREATE TABLE bookmark_moves (
    bookmark_id INTEGER NOT NULL REFERENCES bookmarks (id),
    revision INTEGER NOT NULL,
    from_number INTEGER,
    to_number INTEGER,
    moved_at TEXT NOT NULL,
    moved_by TEXT NOT NULL,
    PRIMARY KEY (bookmark_id, revision)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE consumers (
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL
  ) STRICT;

  -- "references" is a keyword. A pin belongs to its deployment; a reference to its slot.
  CREATE TABLE usages (
    id INTEGER PRIMARY KEY,
    consumer_id INTEGER NOT NULL REFERENCES consumers (id),
    version_id INTEGER NOT NULL REFERENCES versions (id),
    kind TEXT NOT NULL CHECK (kind IN ('reference', 'pin')),
    slot TEXT NOT NULL,
    deployment TEXT NOT NULL,
    bookmark TEXT,
    since TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX references_of_consumer ON usages (consumer_id, slot, version_id) WHERE kind = 'reference';
  CREATE UNIQUE INDEX pins_of_consumer ON usages (consumer_id, deployment, slot, version_id) WHERE kind = 'pin';
  CREATE INDEX usages_of_version ON usages (version_id);
  CREATE INDEX usages_of_consumer ON usages (consumer_id);

  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    time TEXT NOT NULL,
    resources TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- revision outlives the lifecycle's deletion, when lifecycle is null.
  CREATE TABLE lifecycles (
    repository_id INTEGER PRIMARY KEY REFERENCES repositories (id),
    revision INTEGER NOT NULL,
    lifecycle TEXT,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL
  ) STRICT;

  ALTER TABLE versions ADD COLUMN released_at TEXT;

  CREATE TABLE former_uses (
    consumer_id INTEGER NOT NULL REFERENCES consumers (id),
    slot TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES versions (id),
    rank INTEGER NOT NULL,
    released_at TEXT NOT NULL,
    PRIMARY KEY (consumer_id, slot, version_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX former_uses_of_version ON former_uses (version_id, rank);

  -- Counting the users of every version reads this index and no row.
  CREATE INDEX users_of_version ON usages (version_id, kind, consumer_id);
  DROP INDEX usages_of_version;
  `,
  `
  -- revision outlives the policy's deletion, when policy is null.
  CREATE TABLE policies (
    repository_id INTEGER PRIMARY KEY REFERENCES repositories (id),
    revision INTEGER NOT NULL,
    policy TEXT,
    changed_at TEXT NOT NULL,
    changed_by TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE versions ADD COLUMN tree_shape TEXT;
  CREATE INDEX versions_by_shape ON versions (tree_shape) WHERE tree_shape IS NOT NULL AND state <> 'deleted';
  `,
];
