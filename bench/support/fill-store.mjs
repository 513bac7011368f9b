import { createHash } from 'node:crypto';
import { join } from 'node:path';

const VERSIONS_PER_ARTIFACT = 20;
const DAY_MS = 86_400_000;

/**
 * Makes an embedded store of so many versions and stacks, by rows and without contents. Each slot uses one of its artifact's
 * three newest versions and used the one before it; every tenth artifact has a bookmark, every fifth version labels.
 */
export async function fillStore({ openStore, sqlite, folder, versions, stacks, referencesPerStack }) {
  const store = await openStore(`file:${folder}`);
  await store.setLifecycle({
    rollback: 1,
    rules: [{ keepLast: 5, keepDays: 30, keepLabelled: ['release'] }],
  });
  await store.close();
  const db = new sqlite(join(folder, 'catalog.sqlite'));
  db.pragma('synchronous = OFF');
  db.transaction(() => {
    insertVersions(db, versions);
    insertUses(db, versions, stacks, referencesPerStack);
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

function insertVersions(db, versions) {
  const { id: repository } = db.prepare(`SELECT id FROM repositories WHERE name = 'default'`).get();
  const artifact = db.prepare(
    'INSERT INTO artifacts (id, repository_id, name, last_number) VALUES (?, ?, ?, ?)',
  );
  const content = db.prepare(
    `INSERT INTO contents (id, repository_id, digest, size, generation, state) VALUES (?, ?, ?, ?, 1, 'stored')`,
  );
  const version = db.prepare(
    `INSERT INTO versions (id, artifact_id, number, content_id, media_type, state, published_at, published_by, labels, provenance)
     VALUES (?, ?, ?, ?, 'application/zip', 'live', ?, 'ci', ?, '{"commit":"0123456789012345678901234567890123456789"}')`,
  );
  const bookmark = db.prepare(
    `INSERT INTO bookmarks (artifact_id, name, version_id, revision, moved_at, moved_by) VALUES (?, 'prod', ?, 1, ?, 'ci')`,
  );
  for (let i = 0; i < versions; i += 1) {
    const artifactId = Math.floor(i / VERSIONS_PER_ARTIFACT) + 1;
    const number = (i % VERSIONS_PER_ARTIFACT) + 1;
    if (number === 1) {
      const name = `team-${artifactId % 50}/service-${artifactId}/handler`;
      artifact.run(artifactId, repository, name, VERSIONS_PER_ARTIFACT);
    }
    const digest = createHash('sha256').update(String(i)).digest('hex');
    content.run(i + 1, repository, `sha256:${digest}`, 10_000 + i);
    const publishedAt = new Date(Date.now() - (VERSIONS_PER_ARTIFACT - number) * 7 * DAY_MS).toISOString();
    version.run(i + 1, artifactId, number, i + 1, publishedAt, i % 5 === 0 ? '{"team":"orders"}' : '{}');
    if (number === 10 && artifactId % 10 === 0) bookmark.run(artifactId, i + 1, publishedAt);
  }
}

function insertUses(db, versions, stacks, referencesPerStack) {
  const artifacts = Math.ceil(versions / VERSIONS_PER_ARTIFACT);
  const consumer = db.prepare('INSERT INTO consumers (id, arn, revision) VALUES (?, ?, 1)');
  const usage = db.prepare(
    `INSERT INTO usages (consumer_id, version_id, kind, slot, deployment, since) VALUES (?, ?, 'reference', ?, 'deploy-1', ?)`,
  );
  const former = db.prepare(
    'INSERT INTO former_uses (consumer_id, slot, version_id, rank, released_at) VALUES (?, ?, ?, 1, ?)',
  );
  const since = new Date().toISOString();
  for (let stack = 1; stack <= stacks; stack += 1) {
    const id = `00000000-0000-4000-8000-${String(stack).padStart(12, '0')}`;
    consumer.run(stack, `arn:aws:cloudformation:eu-west-1:123456789012:stack/stack-${stack}/${id}`);
    for (let slot = 0; slot < referencesPerStack; slot += 1) {
      const artifact = (stack * 7 + slot * 613) % artifacts;
      const newest = Math.min((artifact + 1) * VERSIONS_PER_ARTIFACT, versions);
      const used = Math.max(2, newest - ((stack + slot) % 3));
      usage.run(stack, used, `Function${slot}.CodeUri`, since);
      former.run(stack, `Function${slot}.CodeUri`, used - 1, since);
    }
  }
}
