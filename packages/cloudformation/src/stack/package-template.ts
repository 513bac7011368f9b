import { randomUUID } from 'node:crypto';
import type { PinRequest, PublishSource } from '@holdfast/core';
import type { ArtifactPlan } from '../plan/types.js';
import { rewriteRead } from '../rewrite/rewrite-template.js';
import type { Stamp } from '../rewrite/stamp.js';
import { nestedSlot } from './artifact-ids.js';
import { carriedStamps } from './carried-stamps.js';
import { regionalConsumers } from './consumer.js';
import { checkPlaceable, placeArtifacts, type PlaceOptions } from './place-artifacts.js';
import { planTemplate, type PlanOptions, type PlannedTemplate, type PlannedUse } from './plan-template.js';
import { bookmarkName, publishUses, type PackagedUse, type PublishOptions } from './publish-uses.js';
import { referencesOf } from './read-references.js';
import type { PackagingStore } from './store.js';

export interface PackageOptions extends PlanOptions, PlaceOptions, PublishOptions {
  readonly store: PackagingStore;
  /** What the pins are recorded under; a new random one when absent. */
  readonly deployment?: string;
  readonly storageMode?: 'copy' | 'reference';
  /** Pins in the own catalog of another region, where that has one; what is pinned there is pinned in the store before. */
  readonly pinIn?: (region: string, request: PinRequest) => Promise<void>;
  /** Whether resources get the tag `holdfast:artifact`; true when absent. */
  readonly tags?: boolean;
}

export interface PackagedTemplate {
  /** The template to deploy. */
  readonly text: string;
  readonly plan: ArtifactPlan;
  readonly deployment: string;
  /** The ARN of the stack, without the unique ID that CloudFormation gives it; that of the first region where there are several. */
  readonly consumer: string;
  /** The ARNs of the stack in all regions that the template is for. */
  readonly consumers: readonly string[];
  /** Every use, those of nested templates included. */
  readonly artifacts: readonly PackagedUse[];
}

/**
 * Publishes what a template uses, pins it for the stack and writes the template that can be deployed.
 *
 * Nested templates are packaged first. Everything is checked before anything is published, and all versions are pinned in
 * one step before the text is handed out; uses that earlier packaging left stamped in the template, or in a template that it deploys as it
 * is, are pinned too.
 * Throws `invalid-input` with all problems of all templates; nothing is pinned when anything fails.
 */
export async function packageTemplate(options: PackageOptions): Promise<PackagedTemplate> {
  const { store, stackName } = options;
  const consumers = regionalConsumers(store.identity, stackName, options.regions);
  const planned = await planTemplate(options);
  await checkPlaceable(store, allItems(planned), options);
  const { text, artifacts, stamps } = await packagePlanned(planned, options);
  const deployment = options.deployment ?? randomUUID();

  const pins = new Map<string, PinRequest['pins'][number]>();
  for (const [slot, { version: arn, bookmark }] of stamps) {
    const known = artifacts.find((use) => use.slot === slot && use.version.arn === arn);
    const version = known?.version ?? (await store.resolve(arn)).version;
    const name = bookmark === undefined ? undefined : bookmarkName(bookmark);
    pins.set(`${slot} ${arn}`, { version, slot, ...(name === undefined ? {} : { bookmark: name }) });
  }
  if (pins.size > 0) await pinAll([...pins.values()], consumers, deployment, options);
  const [[, consumer] = ['', '']] = consumers;
  return {
    ...{ text, plan: planned.plan, deployment, consumer, artifacts },
    consumers: consumers.map(([, arn]) => arn),
  };
}

/** At home for the stacks of all regions, and then in each region that protects its replicas itself. */
async function pinAll(
  pins: PinRequest['pins'],
  consumers: readonly (readonly [region: string, consumer: string])[],
  deployment: string,
  { store, pinIn }: PackageOptions,
): Promise<void> {
  for (const [, consumer] of consumers) await store.pin({ consumer, deployment, pins });
  for (const [region, consumer] of consumers) {
    if (region !== store.identity.region) await pinIn?.(region, { consumer, deployment, pins });
  }
}

function allItems({ items }: PlannedTemplate): PlannedUse[] {
  return items.flatMap((item) => [item, ...(item.child === undefined ? [] : allItems(item.child))]);
}

interface PackagedText {
  readonly text: string;
  readonly artifacts: readonly PackagedUse[];
  readonly stamps: ReadonlyMap<string, Stamp>;
}

/** Packages one template after those that are nested in it. Slots are as this template has them. */
async function packagePlanned(planned: PlannedTemplate, options: PackageOptions): Promise<PackagedText> {
  const { store } = options;
  const nestedArtifacts: PackagedUse[] = [];
  const nestedStamps = new Map<string, Stamp>();
  const childTexts = new Map<PlannedUse, string>();
  for (const item of planned.items) {
    if (item.child === undefined) continue;
    const inner = await packagePlanned(item.child, options);
    childTexts.set(item, inner.text);
    for (const use of inner.artifacts) nestedArtifacts.push({ ...use, slot: nestedSlot(item.use, use.slot) });
    for (const [slot, stamp] of inner.stamps) nestedStamps.set(nestedSlot(item.use, slot), stamp);
  }
  const contentOf = (item: PlannedUse): Promise<PublishSource | undefined> => {
    const text = childTexts.get(item);
    return Promise.resolve(
      text === undefined ? undefined : { kind: 'bytes', bytes: Buffer.from(text, 'utf8') },
    );
  };
  const own = await publishUses(store, planned.items, contentOf, options);
  for (const [index, item] of planned.items.entries())
    for (const { slot, ...stamp } of await carriedStamps(store, item, own[index]!.version))
      nestedStamps.set(nestedSlot(item.use, slot), stamp);
  const placed = await placeArtifacts(store, own, options);
  const { text, source } = rewriteRead(planned.text, planned.plan, placed, {
    ...(options.storageMode === undefined ? {} : { storageMode: options.storageMode }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    nested: nestedStamps,
  });
  const stamps = new Map<string, Stamp>();
  for (const { slot, ...stamp } of referencesOf(source)) stamps.set(slot, stamp);
  return { text, artifacts: [...own, ...nestedArtifacts], stamps };
}
