import type { Answer, Command, Use } from './commands.js';

export interface ModelVersion {
  readonly id: string;
  readonly number: number;
  readonly content: string;
  readonly state: 'live' | 'condemned' | 'deleted';
  /** Milliseconds; counts while condemned. */
  readonly purgeAfter: number;
}

export interface ModelBookmark {
  readonly id: string;
  readonly name: string;
  /** Absent once deleted. */
  readonly number: number | undefined;
  readonly moves: readonly (readonly [from: number | undefined, to: number | undefined])[];
}

export interface ModelUsage extends Use {
  readonly kind: 'reference' | 'pin';
  readonly consumer: string;
  readonly deployment: string;
}

/** Everything that a repository should know, as plain data. */
export interface Model {
  readonly now: number;
  readonly recoveryWindowMs: number;
  readonly versions: readonly ModelVersion[];
  /** Contents whose bytes are there. */
  readonly stored: readonly string[];
  readonly bookmarks: readonly ModelBookmark[];
  readonly usages: readonly ModelUsage[];
  readonly events: readonly string[];
}

export function emptyModel(now: number, recoveryWindowMs: number): Model {
  return { now, recoveryWindowMs, versions: [], stored: [], bookmarks: [], usages: [], events: [] };
}

type Step = readonly [Model, Answer];
type Of<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

/** What the command makes of the model, and how it is answered. Pure. */
export function step(model: Model, command: Command): Step {
  switch (command.kind) {
    case 'publish':
      return publish(model, command);
    case 'bookmark':
      return bookmark(model, command);
    case 'unbookmark':
      return unbookmark(model, command);
    case 'pin':
      return pin(model, command);
    case 'bind':
      return bind(model, command);
    case 'settle':
      return settle(model, command);
    case 'delete':
      return condemn(model, command);
    case 'undelete':
      return undelete(model, command);
    case 'gc':
      return gc(model, command);
    case 'advance':
      return [{ ...model, now: model.now + command.ms }, 'later'];
  }
}

export function versionOf(
  model: Model,
  { id, number }: { id: string; number: number },
): ModelVersion | undefined {
  return model.versions.find((version) => version.id === id && version.number === number);
}

function changed(model: Model, version: ModelVersion, change: Partial<ModelVersion>, event: string): Model {
  return {
    ...model,
    versions: model.versions.map((other) => (other === version ? { ...other, ...change } : other)),
    events: [...model.events, `Version ${event} ${name(version)}`],
  };
}

function name({ id, number }: { id: string; number: number }): string {
  return `${id}:${number}`;
}

function publish(model: Model, { id, content }: Of<'publish'>): Step {
  const uploaded = model.stored.includes(content) ? '' : ' uploaded';
  const stored = [...new Set([...model.stored, content])];
  const known = model.versions.find(
    (version) => version.id === id && version.content === content && version.state !== 'deleted',
  );
  if (known?.state === 'live') return [model, `existing ${name(known)}`];
  if (known !== undefined)
    return [changed(model, known, { state: 'live' }, 'Restored'), `restored ${name(known)}`];
  const number = model.versions.filter((version) => version.id === id).length + 1;
  const version: ModelVersion = { id, number, content, state: 'live', purgeAfter: 0 };
  const events = [...model.events, `Version Published ${name(version)}`];
  return [
    { ...model, stored, versions: [...model.versions, version], events },
    `created ${name(version)}${uploaded}`,
  ];
}

function bookmark(model: Model, { id, number, name: label, expected }: Of<'bookmark'>): Step {
  if (versionOf(model, { id, number })?.state !== 'live') return [model, 'refused not-found'];
  const current = model.bookmarks.find((other) => other.id === id && other.name === label);
  if (expected !== undefined && expected !== (current?.number ?? null)) return [model, 'refused conflict'];
  if (current?.number === number) return [model, `stands ${number} ${current.moves.length}`];
  return move(model, { id, name: label, number: undefined, moves: [], ...current }, number);
}

function unbookmark(model: Model, { id, name: label }: Of<'unbookmark'>): Step {
  const current = model.bookmarks.find((other) => other.id === id && other.name === label);
  if (current?.number === undefined) return [model, 'refused not-found'];
  return [move(model, current, undefined)[0], 'done'];
}

function move(model: Model, current: ModelBookmark, to: number | undefined): Step {
  const moved = { ...current, number: to, moves: [...current.moves, [current.number, to] as const] };
  const others = model.bookmarks.filter(({ id, name: label }) => id !== current.id || label !== current.name);
  const through = model.usages.filter((use) => use.id === current.id && use.bookmark === current.name);
  const consumers = [...new Set(through.map(({ consumer }) => consumer))].toSorted();
  const event = [
    'Bookmark Moved',
    `${current.id}:${current.name}`,
    current.number ?? '-',
    to ?? '-',
    ...consumers,
  ];
  return [
    { ...model, bookmarks: [...others, moved], events: [...model.events, event.join(' ')] },
    `stands ${to} ${moved.moves.length}`,
  ];
}

function sameUse(a: ModelUsage, b: ModelUsage): boolean {
  const same = a.consumer === b.consumer && a.slot === b.slot && name(a) === name(b) && a.kind === b.kind;
  return same && (a.kind === 'reference' || a.deployment === b.deployment);
}

function usageEvent(what: 'Registered' | 'Released', use: ModelUsage): string {
  return `Reference ${what} ${use.kind} ${use.consumer} ${use.slot} ${name(use)}`;
}

/** Adds the usage, or brings an equal one up to date. */
function withUsage(model: Model, usage: ModelUsage): Model {
  const usages = model.usages.map((other) => (sameUse(other, usage) ? usage : other));
  if (usages.includes(usage)) return { ...model, usages };
  const events = [...model.events, usageEvent('Registered', usage)];
  return { ...model, usages: [...usages, usage], events };
}

function pin(model: Model, { consumer, deployment, uses }: Of<'pin'>): Step {
  if (uses.some((use) => versionOf(model, use)?.state !== 'live')) return [model, 'refused not-found'];
  const pins = uses.map((use): ModelUsage => ({ ...use, kind: 'pin', consumer, deployment }));
  return [pins.reduce(withUsage, model), 'done'];
}

function bind(model: Model, { from, deployment, to }: Of<'bind'>): Step {
  const moves = (use: ModelUsage): boolean =>
    use.kind === 'pin' && use.consumer === from && use.deployment === deployment;
  const stay = model.usages.filter((use) => !moves(use));
  const moved = model.usages.filter(moves).map((use) => ({ ...use, consumer: to }));
  const added = moved.filter((use) => !stay.some((other) => sameUse(other, use)));
  return [{ ...model, usages: [...stay, ...added] }, 'done'];
}

function settle(model: Model, command: Of<'settle'>): Step {
  const { consumer, deployment, uses, mode, releasePins, stale } = command;
  if (stale) return [model, 'refused conflict'];
  if (uses.some((use) => [undefined, 'deleted'].includes(versionOf(model, use)?.state))) {
    return [model, 'refused not-found'];
  }
  const references = uses.map((use): ModelUsage => ({ ...use, kind: 'reference', consumer, deployment }));
  const added = references.reduce((current, reference) => {
    const version = versionOf(current, reference);
    const revived =
      version?.state === 'condemned' ? changed(current, version, { state: 'live' }, 'Restored') : current;
    return withUsage(revived, reference);
  }, model);
  const goes = (use: ModelUsage): boolean =>
    use.consumer === consumer &&
    (use.kind === 'pin'
      ? releasePins.includes(use.deployment)
      : mode === 'replace' && !references.some((reference) => sameUse(reference, use)));
  const released = added.usages.filter(goes);
  const events = [...added.events, ...released.map((use) => usageEvent('Released', use))];
  const next = { ...added, usages: added.usages.filter((use) => !goes(use)), events };
  return [next, `settled +${added.usages.length - model.usages.length} -${released.length}`];
}

function condemn(model: Model, target: Of<'delete' | 'undelete'>): Step {
  const version = versionOf(model, target);
  if (version === undefined || version.state === 'deleted') return [model, 'refused not-found'];
  if (version.state === 'condemned') return [model, 'already-condemned'];
  const users = model.usages.filter((use) => name(use) === name(version)).length;
  const standing = model.bookmarks.filter(
    ({ id, number }) => id === version.id && number === version.number,
  ).length;
  if (users + standing > 0) {
    const events = [...model.events, `Deletion Refused ${name(version)} ${users} ${standing}`];
    return [{ ...model, events }, `refused in-use ${users} ${standing}`];
  }
  const purgeAfter = model.now + model.recoveryWindowMs;
  return [changed(model, version, { state: 'condemned', purgeAfter }, 'Condemned'), 'condemned'];
}

function undelete(model: Model, target: Of<'delete' | 'undelete'>): Step {
  const version = versionOf(model, target);
  if (version === undefined || version.state === 'deleted') return [model, 'refused not-found'];
  if (version.state === 'live') return [model, 'live'];
  return [changed(model, version, { state: 'live' }, 'Restored'), 'live'];
}

function gc(model: Model, { dryRun }: Of<'gc'>): Step {
  const due = model.versions.filter(
    ({ state, purgeAfter }) => state === 'condemned' && purgeAfter <= model.now,
  );
  const purged = due.reduce(
    (current, version) => changed(current, version, { state: 'deleted' }, 'Deleted'),
    model,
  );
  const needed = new Set(
    purged.versions.filter(({ state }) => state !== 'deleted').map(({ content }) => content),
  );
  const removed = model.stored.filter((content) => !needed.has(content));
  const answer = ['removed', ...[...due.map(name), ...removed].toSorted()].join(' ');
  if (dryRun) return [model, answer];
  return [{ ...purged, stored: model.stored.filter((content) => needed.has(content)) }, answer];
}
