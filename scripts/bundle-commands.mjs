// Bundles each command and everything that it loads into a few files, dist/command, which its bin starts. Wants the packages built.
// `--watch` goes on, and bundles again whenever a built file changes. docs/decisions/0014 says why, and what stays outside.
import process from 'node:process';
import { bundleCommand } from './bundle/command.mjs';

const watch = process.argv.includes('--watch');
for (const name of ['cli', 'sam-hook', 'cdk-asset-publisher']) await bundleCommand(name, { watch });
