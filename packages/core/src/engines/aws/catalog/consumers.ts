import type { ReferenceRecord, VersionKey } from '../../../model.js';
import type {
  ConsumerRecord,
  Page,
  PinInput,
  PinResult,
  SettleInput,
  SettleResult,
} from '../../../ports/index.js';
import { check, put, update, type Action } from './actions.js';
import { changeUses, touched } from './changing-uses.js';
import { carryOut, type Context, type Plan } from './context.js';
import { expr } from './expressions.js';
import { planFormerUses } from './former-uses.js';
import { inOrder, referenceRecord, type VersionItem } from './items.js';
import {
  consumerKey,
  consumerPartition,
  CONSUMERS,
  listedConsumerKey,
  useKey,
  versionKey,
  type Key,
} from './keys.js';
import { consumerParts, identityOf, inTransactionOrder, versionText, type UseChange } from './uses.js';

type Uses = ReadonlyMap<string, ReferenceRecord>;

/** The uses by their identity, and the revision, which is read no later than they are. */
async function readConsumer({ table }: Context, consumer: string): Promise<{ revision: number; uses: Uses }> {
  let revision = 0;
  const uses = new Map<string, ReferenceRecord>();
  for await (const item of table.range<Key & Record<string, unknown>>(consumerPartition(consumer))) {
    if (item.sk === 'consumer') {
      revision = item['revision'] as number;
      continue;
    }
    for (const [name, value] of Object.entries(item)) {
      if (!name.startsWith('u')) continue;
      uses.set(name.slice(1), referenceRecord({ ...(value as ReferenceRecord), consumer }));
    }
  }
  return { revision, uses };
}

export async function getConsumer(context: Context, consumer: string): Promise<ConsumerRecord> {
  const { revision, uses } = await readConsumer(context, consumer);
  return { consumer, revision, references: inOrder([...uses.values()]) };
}

/** Consumers that hold a reference or pin, in order of their ARN. */
export async function listConsumers({ table }: Context, page: Page<string>): Promise<string[]> {
  const arns: string[] = [];
  const after = page.after === undefined ? {} : { after: page.after };
  for await (const { sk } of table.range<Key>(CONSUMERS, { ...after, filter: expr`#held > ${0}` })) {
    if (arns.push(sk) === page.limit) break;
  }
  return arns;
}

/** The uses that an input asks for, each once. */
function wantedUses(
  kind: ReferenceRecord['kind'],
  { consumer, deployment, at }: { consumer: string; deployment: string; at: string },
  list: PinInput['pins'],
): Map<string, ReferenceRecord> {
  const uses = list.map(({ version, slot, bookmark }) =>
    referenceRecord({
      ...{ kind, version, consumer, slot, deployment, since: at },
      ...(bookmark === undefined ? {} : { bookmark }),
    }),
  );
  return new Map(uses.map((use) => [identityOf(use), use]));
}

/** Without a look before: a version that is not live, and a pin that is there already, are told by the refusal. */
export async function pin(context: Context, input: PinInput): Promise<PinResult> {
  const wanted = [...wantedUses('pin', input, input.pins).values()];
  if (wanted.length === 0) return { outcome: 'pinned' };
  const changes = inTransactionOrder(wanted.map((use) => ({ kind: 'add', use })));
  const { consumer, at, by } = input;
  const report = await changeUses(context, changes, { consumer, at, by, revives: false });
  if (report.outcome === 'done') return { outcome: 'pinned' };
  await giveBack(context, report.done, { consumer, at, by });
  const versions = await missingAmong(context, input.pins, report.missing, ['live']);
  return { outcome: 'not-live', versions };
}

/** Takes back what an attempt that took several transactions had added before it failed. */
async function giveBack(
  context: Context,
  done: readonly UseChange[],
  options: { consumer: string; at: string; by: string },
): Promise<void> {
  const added = done.filter(({ kind }) => kind === 'add');
  if (added.length === 0) return;
  const drops = added.map(({ use }): UseChange => ({ kind: 'drop', use }));
  await changeUses(context, drops, { ...options, revives: false, onRelease: [] });
}

/** The versions that are not in one of the states: those met, and all others that a later transaction would have met. */
async function missingAmong(
  { table }: Context,
  list: PinInput['pins'],
  met: readonly VersionKey[],
  states: readonly string[],
): Promise<VersionKey[]> {
  const known = new Set(met.map(versionText));
  const versions = [...new Map(list.map(({ version }) => [versionText(version), version])).values()];
  const items = await table.batchGet<VersionItem>(versions.map(versionKey));
  return versions.filter(
    (version, i) => known.has(versionText(version)) || !states.includes(items[i]?.state ?? 'absent'),
  );
}

export async function settle(context: Context, input: SettleInput): Promise<SettleResult> {
  const { consumer, revision, at, by } = input;
  const current = await readConsumer(context, consumer);
  if (current.revision !== revision) return { outcome: 'conflict' };
  const wanted = wantedUses('reference', input, input.references);
  const changes = [
    ...inTransactionOrder(addedOrTouched(current.uses, wanted)),
    ...inTransactionOrder(dropped(current.uses, wanted, input)),
  ];
  const onRelease = await planFormerUses(context, changes, held(current.uses, wanted, input), input);
  const options = { consumer, at, by, revives: true, guard: guardOf(consumer, revision), onRelease };
  const report = await changeUses(context, changes, options);
  switch (report.outcome) {
    case 'guard-refused':
      return { outcome: 'conflict' };
    case 'missing': {
      await giveBack(context, report.done, options);
      const versions = await missingAmong(context, input.references, report.missing, ['live', 'condemned']);
      return { outcome: 'absent', versions };
    }
    case 'done': {
      const uses = (kind: UseChange['kind']) =>
        report.done.filter((change) => change.kind === kind).map(({ use }) => use);
      return { outcome: 'settled', added: uses('add'), released: uses('drop') };
    }
  }
}

function addedOrTouched(current: Uses, wanted: Uses): UseChange[] {
  return [...wanted].flatMap(([identity, use]) => {
    const known = current.get(identity);
    return known === undefined ? [{ kind: 'add', use } as const] : (touched(known, use) ?? []);
  });
}

function dropped(current: Uses, wanted: Uses, { mode, releasePins }: SettleInput): UseChange[] {
  const goes = ([identity, { kind, deployment }]: [string, ReferenceRecord]): boolean =>
    kind === 'pin' ? releasePins.includes(deployment) : mode === 'replace' && !wanted.has(identity);
  return [...current].filter(goes).map(([, use]) => ({ kind: 'drop', use }));
}

/** The references that the consumer has when it is settled. */
function held(current: Uses, wanted: Uses, { mode }: SettleInput): ReferenceRecord[] {
  const stay = mode === 'add' ? [...current.values()].filter(({ kind }) => kind === 'reference') : [];
  return [...stay, ...wanted.values()];
}

/** The consumer is as it was when the evidence was gathered; the last transaction gives it the next revision. */
function guardOf(consumer: string, revision: number): (isLast: boolean) => Action {
  const key = consumerKey(consumer);
  const asRead = revision === 0 ? expr`attribute_not_exists(#revision)` : expr`#revision = ${revision}`;
  return (isLast) => (isLast ? put(key, { revision: revision + 1 }, asRead) : check(key, asRead));
}

/** How many pins move in one transaction, each with two or three actions of its own. */
const MOVED_AT_ONCE = 20;

export async function bindPins(
  context: Context,
  from: string,
  deployment: string,
  to: string,
): Promise<void> {
  if (from === to) return;
  while (
    await carryOut(context, (refusals) =>
      planBinding(context, { from, deployment, to, isFirst: refusals === undefined }),
    )
  );
}

interface Binding {
  readonly from: string;
  readonly deployment: string;
  readonly to: string;
  /** The first attempt assumes that the new consumer has none of the pins; a refusal says that it may. */
  readonly isFirst: boolean;
}

/** Moves the first pins; the result says whether more are left. */
async function planBinding(
  context: Context,
  { from, deployment, to, isFirst }: Binding,
): Promise<Plan<boolean>> {
  const { uses } = await readConsumer(context, from);
  const pins = [...uses.values()].filter((use) => use.kind === 'pin' && use.deployment === deployment);
  if (pins.length === 0) return { actions: [], result: false };
  const there: Uses = isFirst ? new Map() : (await readConsumer(context, to)).uses;
  const chunk = pins.slice(0, MOVED_AT_ONCE);
  const moved = chunk.map((use) => ({ ...use, consumer: to })).filter((use) => !there.has(identityOf(use)));
  const doubled = chunk.filter((use) => there.has(identityOf({ ...use, consumer: to })));
  const drops = chunk.map((use): UseChange => ({ kind: 'drop', use }));
  const adds = moved.map((use): UseChange => ({ kind: 'add', use }));
  return {
    actions: [
      ...chunk.map((use) => useItem('delete', use)),
      ...moved.map((use) => useItem('put', use)),
      ...fewerUsages(doubled),
      ...consumerParts([...drops, ...adds]),
      update(listedConsumerKey(from), { add: [expr`#held ${-chunk.length}`] }),
      ...(moved.length === 0 ? [] : [update(listedConsumerKey(to), { add: [expr`#held ${moved.length}`] })]),
    ],
    result: pins.length > chunk.length,
  };
}

function useItem(kind: 'put' | 'delete', use: ReferenceRecord): Action {
  const key = useKey(use.version, identityOf(use));
  return kind === 'put'
    ? { kind, key, item: use, when: expr`attribute_not_exists(#pk)` }
    : { kind, key, when: expr`attribute_exists(#pk)` };
}

/** A pin that the new consumer has already is one less. */
function fewerUsages(uses: readonly ReferenceRecord[]): Action[] {
  return [...Map.groupBy(uses, ({ version }) => versionText(version)).values()].map((group) =>
    update(versionKey(group[0]!.version), { add: [expr`#usages ${-group.length}`] }),
  );
}
