import { parseArn } from '../../arn/index.js';
import { isHoldfastError } from '../../errors.js';
import type { Usage } from '../../model.js';
import type { ArtifactStore } from '../../store/artifact-store.js';
import type { GcReport } from '../../store/types.js';
import type { Answer, Command, Use } from './commands.js';
import { bytesOf, consumerArn, contentNamed, versionKey, type Scene } from './scene.js';

/** Does the command with the store, and puts its answer in the model's words. Errors that are not Holdfast's are thrown. */
export async function act(scene: Scene, store: ArtifactStore, command: Command): Promise<Answer> {
  try {
    return await answer(scene, store, command);
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    if (error.code !== 'in-use') return `refused ${error.code}`;
    const usage = error.data['usage'] as Usage;
    return `refused in-use ${usage.references.length} ${usage.bookmarks.length}`;
  }
}

async function answer(scene: Scene, store: ArtifactStore, command: Command): Promise<Answer> {
  const { repository } = scene;
  const uses = (list: readonly Use[]) =>
    list.map(({ id, number, ...use }) => ({ version: versionKey(scene, { id, number }), ...use }));
  switch (command.kind) {
    case 'publish': {
      const source = { kind: 'bytes', bytes: bytesOf(command.content) } as const;
      const { version, outcome, uploaded } = await store.publish({ id: command.id, repository, source });
      return `${outcome} ${version.id}:${version.number}${uploaded ? ' uploaded' : ''}`;
    }
    case 'bookmark': {
      const { id, number, name, expected } = command;
      const options = { repository, ...(expected === undefined ? {} : { expected }) };
      const bookmark = await store.setBookmark(`${id}:${number}`, name, options);
      return `stands ${bookmark.number} ${bookmark.revision}`;
    }
    case 'unbookmark':
      await store.deleteBookmark(command.id, command.name, { repository });
      return 'done';
    case 'pin': {
      const consumer = consumerArn(scene, command.consumer);
      await store.pin({ consumer, deployment: command.deployment, pins: uses(command.uses) });
      return 'done';
    }
    case 'bind':
      await store.bindPins(
        consumerArn(scene, command.from),
        command.deployment,
        consumerArn(scene, command.to),
      );
      return 'done';
    case 'settle': {
      const { deployment, mode, releasePins, stale } = command;
      const consumer = consumerArn(scene, command.consumer);
      const revision = (await store.consumer(consumer)).revision + (stale ? 1 : 0);
      const evidence = { consumer, revision, deployment, mode, releasePins, references: uses(command.uses) };
      const { added, released } = await store.settle(evidence);
      return `settled +${added.length} -${released.length}`;
    }
    case 'delete':
      return (await store.delete(`${command.id}:${command.number}`, { repository })).outcome;
    case 'undelete':
      return (await store.undelete(`${command.id}:${command.number}`, { repository })).state;
    case 'gc':
      return removed(await store.gc({ repository, dryRun: command.dryRun }));
    case 'advance':
      scene.clock.now += command.ms;
      return 'later';
  }
}

function removed({ items }: GcReport): Answer {
  const names = items
    .filter(({ action }) => action === 'remove')
    .map(({ arn }) => {
      const parsed = parseArn(arn);
      if (parsed.type === 'version') return `${parsed.id}:${parsed.number}`;
      return parsed.type === 'content' ? contentNamed(parsed.digest) : arn;
    });
  return ['removed', ...names.toSorted()].join(' ');
}
