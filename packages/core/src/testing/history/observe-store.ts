import type { WaitingEvent } from '../../events/index.js';
import type { ArtifactStore } from '../../store/artifact-store.js';
import { collect } from '../material.js';
import { consumerArn, consumerNamed, contentNamed, NAMES, type Scene } from './scene.js';

/** All that can be seen of the scene's repository through the store, as sorted lines, like those of the model. */
export async function observeStore(
  scene: Scene,
  store: ArtifactStore,
  eventsAfter: number,
): Promise<string[]> {
  const lines: string[] = [];
  for await (const { id, latest, versions } of store.listArtifacts(scene)) {
    lines.push(`artifact ${id} latest ${latest ?? '-'} of ${versions}`);
  }
  for (const id of NAMES.ids) lines.push(...(await observeArtifact(scene, store, id)));
  for (const consumer of NAMES.consumers) {
    for (const use of (await store.consumer(consumerArn(scene, consumer))).references) {
      const { kind, deployment, slot, version, bookmark } = use;
      const name = consumerNamed(use.consumer);
      lines.push(`${kind} ${name} ${deployment} ${slot} ${version.id}:${version.number} ${bookmark ?? '-'}`);
    }
  }
  lines.push(...(await observeContents(scene, store)));
  const events = await collect(store.events({ after: eventsAfter }));
  lines.push(...events.map((event) => `event ${eventLine(event)}`));
  return lines.toSorted();
}

async function observeArtifact(scene: Scene, store: ArtifactStore, id: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { number, digest, state } of store.listVersions(id, scene)) {
    lines.push(`version ${id}:${number} ${contentNamed(digest)} ${state}`);
  }
  for (const { name, number } of await store.listBookmarks(id, scene)) {
    const { version, through } = await store.resolve(`${id}:${name}`, scene);
    lines.push(`bookmark ${id}:${name} ${number}`);
    // A bookmark that leads elsewhere than it says, or nowhere, is a line that no model has.
    if (version.number !== number || through === undefined)
      lines.push(`bookmark ${id}:${name} leads to ${version.arn}`);
  }
  for (const name of NAMES.bookmarks) {
    for (const { revision, from, to } of await store.bookmarkHistory(id, name, scene)) {
      lines.push(`move ${id}:${name} ${revision} ${from ?? '-'} ${to ?? '-'}`);
    }
  }
  return lines;
}

/** Reads every content; one that is damaged, missing or unknown is a line that no model has. */
async function observeContents({ repository }: Scene, store: ArtifactStore): Promise<string[]> {
  const { contents, problems } = await store.verify({ repository });
  return [`contents ${contents}`, ...problems.map(({ arn, problem }) => `${problem} ${arn}`)];
}

function eventLine(event: WaitingEvent): string {
  const type = event['detail-type'].replace('Holdfast ', '');
  const detail = event.detail as Record<string, unknown> & { id: string };
  const version = `${detail.id}:${String(detail['number'])}`;
  if (type.startsWith('Version ')) return `${type} ${version}`;
  if (type === 'Deletion Refused') {
    const [users, bookmarks] = [detail['users'], detail['bookmarks']] as [unknown[], unknown[]];
    return `${type} ${version} ${users.length} ${bookmarks.length}`;
  }
  if (type === 'Bookmark Moved') {
    const consumers = (detail['consumers'] as string[]).map(consumerNamed).toSorted();
    const { name, from, to } = detail as unknown as { name: string; from: number | null; to: number | null };
    return [type, `${detail.id}:${name}`, from ?? '-', to ?? '-', ...consumers].join(' ');
  }
  const { kind, consumer, slot } = detail as unknown as Record<string, string>;
  return `${type} ${kind} ${consumerNamed(consumer!)} ${slot} ${version}`;
}
