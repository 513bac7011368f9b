// The licences of what stands in a bundle.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

/** Writes one file that names every bundled package of others, with the text of its licence. */
export function writeLicences(metafiles, file) {
  const folders = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs)).map(packageOf));
  folders.delete(undefined);
  const packages = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    packages.set(`${name} ${version}`, { license, text: licenceText(folder) });
  }
  const byText = Map.groupBy([...packages.keys()].sort(), (name) => packages.get(name).text);
  const parts = [...byText].map(([text, names]) => {
    const lines = names.map((name) => `${name} (${packages.get(name).license})`);
    return `${lines.join('\n')}\n\n${text}`;
  });
  writeFileSync(file, `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

/** The folder of the package that a bundled file belongs to; undefined for one of the workspace. */
function packageOf(input) {
  const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input);
  return found === null ? undefined : join(root, found[0]);
}

function licenceText(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  return names
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
    .join('\n\n');
}
