import type { Model } from './model.js';

/** All that can be seen of the model, as sorted lines; a store that agrees with it shows the same. */
export function observeModel(model: Model): string[] {
  const ids = [...new Set(model.versions.filter(({ state }) => state !== 'deleted').map(({ id }) => id))];
  const artifacts = ids.map((id) => {
    const live = model.versions.filter((version) => version.id === id && version.state === 'live');
    return `artifact ${id} latest ${live.at(-1)?.number ?? '-'} of ${live.length}`;
  });
  const versions = model.versions
    .filter(({ state }) => state !== 'deleted')
    .map(({ id, number, content, state }) => `version ${id}:${number} ${content} ${state}`);
  const bookmarks = model.bookmarks.flatMap(({ id, name, number, moves }) => [
    ...(number === undefined ? [] : [`bookmark ${id}:${name} ${number}`]),
    ...moves.map(([from, to], i) => `move ${id}:${name} ${i + 1} ${from ?? '-'} ${to ?? '-'}`),
  ]);
  const usages = model.usages.map(
    ({ kind, consumer, deployment, slot, id, number, bookmark }) =>
      `${kind} ${consumer} ${deployment} ${slot} ${id}:${number} ${bookmark ?? '-'}`,
  );
  return [
    ...artifacts,
    ...versions,
    ...bookmarks,
    ...usages,
    `contents ${model.stored.length}`,
    ...model.events.map((event) => `event ${event}`),
  ].toSorted();
}
