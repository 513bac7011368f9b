import { withHostErrors } from '../host/errors.js';
import { findPlugin } from '../host/find-plugin.js';
import type { Session } from '../session.js';
import { historyOf } from './roll-back.js';
import type { PastDeployment } from './deployments.js';

/** Lets `deploy list` show the history, in the hosts' own form. */
export function installDeployList(session: Session): void {
  const list = findPlugin(session.serverless, 'deployList');
  if (list === undefined) return;
  list.setBucketName = () => Promise.resolve();
  list.listDeployments = () =>
    withHostErrors(session.serverless, async () => {
      const past = await historyOf(session);
      if (past.length === 0) {
        session.output.log?.notice(
          "No deployments found, if that's unexpected ensure that stage and region are correct",
        );
      }
      session.output.writeText?.(...past.flatMap(describe));
    });
}

function describe({ directory, template, state, uses }: PastDeployment): string[] {
  const milliseconds = directory.slice(0, directory.indexOf('-'));
  const date = new Date(Number(milliseconds)).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
  const files = [
    `compiled-cloudformation-template.json (${template.id}:${template.number})`,
    `serverless-state.json (${state.id}:${state.number})`,
    ...uses.map(({ slot, version }) => `${slot} (${version.id}:${version.number})`),
  ];
  return [date, `Timestamp: ${milliseconds}`, 'Files:', ...files.map((file) => `  - ${file}`)];
}
