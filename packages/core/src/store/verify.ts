import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatArn } from '../arn/index.js';
import { isHoldfastError } from '../errors.js';
import type { ContentRecord } from '../ports/index.js';
import { versionArn, type StoreContext } from './context.js';
import { loadPacking } from './heavy-modules.js';
import { hashStream } from './hashing.js';
import { pagesOf } from './pages.js';
import type { RepairSource, VerifyProblem, VerifyReport } from './types.js';

/** Reads every stored content and says which are missing or damaged; with a source of good bytes, restores them. */
export async function verifyRepository(
  context: StoreContext,
  repository: string,
  repairFrom: RepairSource | undefined,
): Promise<VerifyReport> {
  const { catalog, content } = context.engine;
  const problems: VerifyProblem[] = [];
  let contents = 0;
  let bytes = 0;
  const records = pagesOf(
    (page) => catalog.listContents(repository, page),
    ({ digest }: ContentRecord) => digest,
  );
  for await (const record of records) {
    if (record.state !== 'stored') continue;
    contents += 1;
    bytes += record.size;
    problems.push(...(await verifyContent(context, record, repairFrom)));
  }
  for await (const copy of content.list(repository)) {
    if ((await catalog.getContent(repository, copy.digest)) !== undefined) continue;
    const arn = formatArn({ type: 'content', ...context.identity, repository, digest: copy.digest });
    problems.push({ arn, problem: 'unknown', repaired: false });
  }
  return { contents, bytes, problems };
}

async function verifyContent(
  context: StoreContext,
  record: ContentRecord,
  repairFrom: RepairSource | undefined,
): Promise<VerifyProblem[]> {
  const { repository, digest } = record;
  const { catalog } = context.engine;
  const packed = (await catalog.versionsOfContent(repository, digest)).filter(
    ({ treeDigest }) => treeDigest !== undefined,
  );
  const copyOfZip = packed.length > 0 ? join(context.engine.scratch, `verify-${randomUUID()}`) : undefined;
  try {
    const found = await digestOf(context, record, copyOfZip);
    if (found === digest) {
      if (copyOfZip === undefined) return [];
      const { treeDigestOfZip } = loadPacking();
      const tree = await treeDigestOfZip(copyOfZip);
      return packed
        .filter(({ treeDigest }) => treeDigest !== tree)
        .map((version) => ({
          arn: versionArn(context.identity, version),
          problem: 'tree-digest-differs',
          repaired: false,
        }));
    }
    // It may have been swept while it was being read.
    const now = await catalog.getContent(repository, digest);
    if (now?.state !== 'stored' || now.generation !== record.generation) return [];
    const repaired = await repair(context, record, repairFrom);
    const arn = formatArn({ type: 'content', ...context.identity, repository, digest });
    return [{ arn, problem: found === undefined ? 'missing' : 'corrupt', repaired }];
  } finally {
    if (copyOfZip !== undefined) await rm(copyOfZip, { force: true });
  }
}

/** Puts good bytes in the place of damaged ones. False when there are none, or what there is has another digest. */
async function repair(
  context: StoreContext,
  record: ContentRecord,
  repairFrom: RepairSource | undefined,
): Promise<boolean> {
  const good = await repairFrom?.(record.digest);
  if (good === undefined) return false;
  try {
    const { content, catalog } = context.engine;
    if (content.repair === undefined) await content.put(record, good);
    else {
      const objectVersion = await content.repair(record, good);
      if (objectVersion !== undefined) await catalog.replaceObjectVersion?.(record, objectVersion);
    }
    return true;
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'corrupt') return false;
    throw error;
  }
}

async function digestOf(
  context: StoreContext,
  record: ContentRecord,
  file?: string,
): Promise<string | undefined> {
  try {
    const stream = await context.engine.content.open(record);
    return (await hashStream(stream, file)).digest;
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'not-found') return undefined;
    throw error;
  }
}
