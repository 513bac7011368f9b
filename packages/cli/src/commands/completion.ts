import { Argument, type Command } from 'commander';
import { describeCommands } from '../completion/command-tree.js';
import { examples } from '../help.js';
import type { Session } from '../session.js';

/** Shells that a script can be had for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function declareCompletion(program: Command, session: Session): void {
  program
    .command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a script that completes commands, options and values.')
    .addArgument(new Argument('<shell>', 'shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'source <(holdfast completion bash)',
        'holdfast completion zsh > "${fpath[1]}/_holdfast"',
        'holdfast completion fish > ~/.config/fish/completions/holdfast.fish',
      ),
    )
    .action(async (shell: (typeof SHELLS)[number], _options: object, command: Command) => {
      const script = renderScript(shell)(describeCommands(program));
      await session.output(command).result({ shell, script }, () => [script]);
    });
}

function renderScript(shell: (typeof SHELLS)[number]): (tree: ReturnType<typeof describeCommands>) => string {
  switch (shell) {
    case 'bash':
      return (require('../completion/bash.js') as typeof import('../completion/bash.js')).renderBash;
    case 'zsh':
      return (require('../completion/zsh.js') as typeof import('../completion/zsh.js')).renderZsh;
    case 'fish':
      return (require('../completion/fish.js') as typeof import('../completion/fish.js')).renderFish;
  }
}
