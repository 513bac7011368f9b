import type { Command } from 'commander';
import type { ArtifactStore, ProgressEvent } from '@holdfast/core';
import type { Host } from './host.js';
import { loadCore } from './lazy-modules.js';
import { createOutput, type Output } from './output.js';
import { formatBytes } from './render/values.js';
import { decideSettings, storeOptionsOf, type Settings } from '@holdfast/core/settings';
import type { GlobalOptions } from './global-options.js';

/** What a command works with. */
export interface Work {
  readonly store: ArtifactStore;
  readonly settings: Settings;
  readonly output: Output;
  /** The repository that short references are looked up in, for calls that take it as an option. */
  readonly scope: { readonly repository?: string };
}

/** One run of the command line. */
export interface Session {
  readonly host: Host;
  output(command: Command): Output;
  /** Opens the store that the options name, lets the task work with it, and closes it whatever happens. */
  withStore<T>(command: Command, task: (work: Work) => Promise<T>, override?: Partial<Settings>): Promise<T>;
}

export function createSession(host: Host): Session {
  const outputOf = (command: Command): Output => {
    const options = command.optsWithGlobals<GlobalOptions>();
    return createOutput(host, { json: options.json === true, verbose: options.verbose === true });
  };
  return {
    host,
    output: outputOf,
    async withStore(command, task, override = {}) {
      const settings = { ...decideSettings(command.optsWithGlobals<GlobalOptions>(), host), ...override };
      const output = outputOf(command);
      const store = await openStore(settings, output);
      try {
        const scope = settings.repository === undefined ? {} : { repository: settings.repository };
        return await task({ store, settings, output, scope });
      } finally {
        output.clearProgress();
        await store.close();
      }
    },
  };
}

function openStore(settings: Settings, output: Output): Promise<ArtifactStore> {
  return loadCore().openStore(settings.store, {
    ...storeOptionsOf(settings),
    onEvent: (event) => report(event, output),
  });
}

function report(event: ProgressEvent, output: Output): void {
  switch (event.type) {
    case 'warning':
      return output.warning(event.message);
    case 'hashed':
      return output.progress(`hashed ${event.path} (${formatBytes(event.bytes)})`);
    case 'packed':
      return output.progress(`packed ${event.path}: ${event.entries} entries, ${formatBytes(event.bytes)}`);
    case 'unchanged':
      return output.progress(`unchanged ${event.path}`);
    case 'stored':
      return output.progress(`stored ${event.digest} (${formatBytes(event.bytes)})`);
  }
}
