// Bundles each command and everything that it loads into a few files, dist/command, which its bin starts, and the Serverless plugin
// likewise into dist/bundle. Wants the packages built.
// `--watch` goes on, and bundles again whenever a built file changes. docs/decisions/0014 says why, and what stays outside.
import process from 'node:process';
import { bundleEntry } from './bundle/entry.mjs';

const watch = process.argv.includes('--watch');
for (const name of ['cli', 'sam-hook', 'cdk-asset-publisher'])
  await bundleEntry(name, { entry: 'main.js', to: 'command', watch });
await bundleEntry('serverless-plugin', { entry: 'index.js', to: 'bundle', watch });
