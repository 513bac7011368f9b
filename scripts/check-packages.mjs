// Holds every public package to what publint says of it, warnings included. Wants the packages built.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './workspace.mjs';

const required = ['description', 'license', 'engines', 'files', 'exports', 'publishConfig'];
const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
let problems = 0;
for (const pkgDir of packages) {
  const manifest = JSON.parse(readFileSync(join(pkgDir, 'package.json'), 'utf8'));
  if (manifest.private === true) continue;
  const missing = required
    .filter((field) => manifest[field] === undefined)
    .map((field) => `"${field}" is missing`);
  const { messages } = await publint({ pkgDir, level: 'warning', strict: true, pack: 'npm' });
  const found = [
    ...missing,
    ...messages.map((message) => formatMessage(message, manifest, { color: false })),
  ];
  for (const problem of found) console.log(`${manifest.name}: ${problem}`);
  problems += found.length;
}
process.exitCode = problems > 0 ? 1 : 0;
