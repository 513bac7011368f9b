import type { Command } from 'commander';
import type { CommandHost } from './program.js';

export function declareImportStaging(_program: Command, _host: CommandHost): void {}
