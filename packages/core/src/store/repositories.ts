import { checkRepositoryName, quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import { actorOf, type StoreContext } from './context.js';

export async function createRepository(context: StoreContext, name: string): Promise<void> {
  checkRepositoryName(name);
  const { created } = await context.engine.catalog.createRepository(name, actorOf(context));
  if (!created) throw new HoldfastError('conflict', `repository ${quote(name)} exists already`);
}

export async function deleteRepository(context: StoreContext, name: string): Promise<void> {
  checkRepositoryName(name);
  const { outcome } = await context.engine.catalog.deleteRepository(name, actorOf(context));
  switch (outcome) {
    case 'deleted':
      return;
    case 'absent':
      throw new HoldfastError('not-found', `repository ${quote(name)} does not exist`);
    case 'not-empty':
      throw new HoldfastError('in-use', `repository ${quote(name)} is not empty; nothing was deleted`, {
        hint: `Delete its versions, and remove them for good with: holdfast gc --repository ${name}`,
      });
  }
}
