import type { PolicyText } from '../../policy/model.js';
import type { PolicyRecord, PutPolicyInput, PutPolicyResult } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { requireRepository } from './rows.js';

interface RawPolicy {
  repository: string;
  revision: number;
  policy: string | null;
  changed_at: string;
  changed_by: string;
}

export function getPolicy(db: SqliteDatabase, repository: string): PolicyRecord | undefined {
  const raw = db.get<RawPolicy>(
    `SELECT r.name AS repository, p.revision, p.policy, p.changed_at, p.changed_by
     FROM policies p JOIN repositories r ON r.id = p.repository_id WHERE r.name = ?`,
    repository,
  );
  if (raw === undefined) return undefined;
  const { revision, policy, changed_at: changedAt, changed_by: changedBy } = raw;
  const record = { repository, revision, changedAt, changedBy };
  return policy === null ? record : { ...record, policy: JSON.parse(policy) as PolicyText };
}

export function putPolicy(db: SqliteDatabase, input: PutPolicyInput): PutPolicyResult {
  const repositoryId = requireRepository(db, input.repository);
  const current = getPolicy(db, input.repository)?.revision ?? 0;
  if (input.expected !== current) return { outcome: 'conflict', current };
  db.run(
    `INSERT INTO policies (repository_id, revision, policy, changed_at, changed_by) VALUES (?, 1, ?, ?, ?)
     ON CONFLICT (repository_id) DO UPDATE SET revision = revision + 1, policy = excluded.policy,
       changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    repositoryId,
    input.policy === undefined ? null : JSON.stringify(input.policy),
    input.at,
    input.by,
  );
  return { outcome: 'changed', record: getPolicy(db, input.repository)! };
}
