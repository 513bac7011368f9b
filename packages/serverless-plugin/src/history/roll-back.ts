import { HoldfastError } from '@holdfast/core';
import { randomUUID } from 'node:crypto';
import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import type { Options } from '../host/types.js';
import type { Session } from '../session.js';
import { bindingMonitor, settleDeployment, settleService } from '../settle.js';
import { placeTemplate } from '../template/placement.js';
import { historyConsumer, readHistory, type PastDeployment } from './deployments.js';
import { pinAgain } from './pin-again.js';

export interface RollBack {
  afterRollback(): Promise<void>;
  afterFailure(): Promise<void>;
}

/** Lets `rollback` go back to a deployment of the history. */
export function installRollback(session: Session): RollBack {
  const { serverless } = session;
  const rollback = findPlugin(serverless, 'rollback');
  let deployment: string | undefined;
  const settle = async (by: typeof settleDeployment): Promise<void> => {
    if (deployment === undefined) return;
    const finished = deployment;
    deployment = undefined;
    await by(session, finished);
  };
  if (rollback !== undefined) {
    rollback.setStackToUpdate = () =>
      withHostErrors(serverless, async () => {
        const store = await session.store();
        const past = await findPast(session, rollback.options);
        // Known before anything is pinned, so that a failure in between releases what is.
        deployment = randomUUID();
        await pinAgain(store, session.stackName, past, deployment);
        placeTemplate(
          rollback,
          serverless.service,
          session.provider.naming,
          await store.locate(past.template),
        );
      });
    rollback.monitorStack = bindingMonitor(session, rollback.monitorStack.bind(rollback), () => deployment);
  }
  return {
    afterRollback: () => withHostErrors(serverless, () => settle(settleDeployment)),
    async afterFailure() {
      try {
        await settle(async (_session, finished) => {
          await settleService(session, [finished]);
        });
      } catch (error) {
        session.output.log?.warning(`Holdfast: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

async function findPast(session: Session, { timestamp }: Options): Promise<PastDeployment> {
  const past = await historyOf(session);
  if (past.length === 0) {
    throw new HoldfastError('not-found', "Couldn't find any existing deployments.", {
      hint: 'Please verify that stage and region are correct.',
    });
  }
  const text = String(timestamp);
  const parsed = Date.parse(text);
  const time = Number.isNaN(parsed) || /^\d+$/.test(text) ? Number(text) : parsed;
  const found = past.find(({ directory }) => Number(directory.split('-')[0]) === time);
  if (found !== undefined) return found;
  throw new HoldfastError('not-found', `Couldn't find a deployment for the timestamp: ${text}.`, {
    hint: 'See which there are with: sls deploy list',
  });
}

/** The deployments of the service's stack that can be rolled back to, the oldest first. */
export async function historyOf(session: Session): Promise<PastDeployment[]> {
  const { repository = 'default' } = session.settings();
  const store = await session.store();
  return readHistory(store, historyConsumer(store, repository, session.stackName));
}
