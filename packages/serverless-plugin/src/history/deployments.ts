import {
  formatArn,
  isHoldfastError,
  type ArtifactStore,
  type ReferenceRecord,
  type SettleRequest,
  type VersionKey,
} from '@holdfast/core';
import { randomUUID } from 'node:crypto';

/** What a deployment's own files are called in its history. */
const TEMPLATE = 'template';
const STATE = 'state';

/** How often a change of the history begins again when somebody else changed it in between. */
const ATTEMPTS = 5;

export type HistoryStore = Pick<ArtifactStore, 'identity' | 'consumer' | 'settle'>;

/** A deployment that can be rolled back to. */
export interface PastDeployment {
  /** As the hosts name it: milliseconds since 1970, `-`, and the same as ISO 8601. */
  readonly directory: string;
  readonly template: VersionKey;
  readonly state: VersionKey;
  /** What its functions and layers use, by slot of the stack. */
  readonly uses: readonly { readonly slot: string; readonly version: VersionKey }[];
}

/** The artifacts that a stack's templates and states are versions of. */
export function historyIds(stackName: string): { readonly template: string; readonly state: string } {
  return { template: `${stackName}/serverless/template`, state: `${stackName}/serverless/state` };
}

/**
 * Who holds what a rollback may need: the artifact of the stack's templates. Its references are the history itself: one for each
 * version that a past deployment uses, in a slot that begins with the deployment's directory.
 */
export function historyConsumer({ identity }: HistoryStore, repository: string, stackName: string): string {
  return formatArn({ ...identity, type: 'artifact', repository, id: historyIds(stackName).template });
}

/** The deployments that can be rolled back to, the oldest first. */
export async function readHistory(store: HistoryStore, consumer: string): Promise<PastDeployment[]> {
  return groupHistory((await store.consumer(consumer)).references);
}

export function groupHistory(references: readonly ReferenceRecord[]): PastDeployment[] {
  const byDirectory = Map.groupBy(
    references.filter(({ kind }) => kind === 'reference'),
    ({ slot }) => slot.slice(0, slot.indexOf('/')),
  );
  const past = [...byDirectory].flatMap(([directory, some]): PastDeployment[] => {
    const named = some.map(({ slot, version }) => ({ slot: slot.slice(directory.length + 1), version }));
    const own = (name: string): VersionKey | undefined => named.find(({ slot }) => slot === name)?.version;
    const template = own(TEMPLATE);
    const state = own(STATE);
    if (template === undefined || state === undefined) return [];
    const uses = named.filter(({ slot }) => slot !== TEMPLATE && slot !== STATE);
    return [{ directory, template, state, uses }];
  });
  return past.sort((a, b) => timeOf(a.directory) - timeOf(b.directory));
}

function timeOf(directory: string): number {
  return Number(directory.slice(0, directory.indexOf('-')));
}

/**
 * Adds a deployment before it begins, as the hosts upload theirs. One that is there already, because the same package is deployed again,
 * takes the place of what is recorded of it. Returns whether it was not there.
 */
export async function addToHistory(
  store: HistoryStore,
  consumer: string,
  added: PastDeployment,
): Promise<boolean> {
  let isNew = true;
  await change(store, consumer, (references) => {
    const past = groupHistory(references);
    const others = past.filter(({ directory }) => directory !== added.directory);
    isNew = others.length === past.length;
    if (isNew) return { mode: 'add', references: referencesOf(added) };
    return { mode: 'replace', references: [...others, added].flatMap(referencesOf) };
  });
  return isNew;
}

/** Keeps the newest deployments only, and none of those to be forgotten; with `keep: 0` none at all. */
export async function pruneHistory(
  store: HistoryStore,
  consumer: string,
  { keep, forget = [] }: { readonly keep: number; readonly forget?: readonly string[] },
): Promise<void> {
  await change(store, consumer, (references) => {
    const past = groupHistory(references).filter(({ directory }) => !forget.includes(directory));
    const kept = keep === 0 ? [] : past.slice(-keep);
    const unchanged = kept.length === past.length && forget.length === 0 && past.length > 0;
    if (unchanged || references.length === 0) return undefined;
    return { mode: 'replace', references: kept.flatMap(referencesOf) };
  });
}

type Change = Pick<SettleRequest, 'mode' | 'references'>;

async function change(
  store: HistoryStore,
  consumer: string,
  decide: (references: readonly ReferenceRecord[]) => Change | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { revision, references } = await store.consumer(consumer);
    const decided = decide(references);
    if (decided === undefined) return;
    try {
      await store.settle({ consumer, revision, deployment: randomUUID(), ...decided, releasePins: [] });
      return;
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}

function referencesOf({ directory, template, state, uses }: PastDeployment): SettleRequest['references'] {
  const all = [{ slot: TEMPLATE, version: template }, { slot: STATE, version: state }, ...uses];
  return all.map(({ slot, version }) => ({ slot: `${directory}/${slot}`, version }));
}
