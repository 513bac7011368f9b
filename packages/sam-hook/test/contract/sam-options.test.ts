import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { SAM_OPTIONS, type OptionKind, type SamCommand } from '../../src/sam-options.js';
import { SAM_PYTHON } from '../support/sam-place.js';

/** Reads the options off the commands of the installed SAM CLI, as its own parser has them. */
const PROGRAM = `
import json, sys
from importlib import import_module
import click
command = import_module(f"samcli.commands.{sys.argv[1]}.command").cli
kinds = {"-h": "flag", "--help": "flag"}
for param in command.params:
    if not isinstance(param, click.Option):
        continue
    many = any(base.__name__ == "OptionNargs" for base in type(param).__mro__)
    kind = "words" if many else "flag" if param.is_flag or param.count else "word"
    assert many or param.nargs == 1, param.name
    for name in [*param.opts, *param.secondary_opts]:
        kinds[name] = kind
print(json.dumps(kinds))
`;

test.each(['deploy', 'delete'] as const)(
  'sam %s has the options that Holdfast knows of, and no other',
  (command: SamCommand) => {
    const env = { ...process.env, SAM_CLI_TELEMETRY: '0' };
    const output = execFileSync(SAM_PYTHON, ['-c', PROGRAM, command], { encoding: 'utf8', env });
    expect(JSON.parse(output) as Record<string, OptionKind>).toEqual(SAM_OPTIONS[command]);
  },
);
