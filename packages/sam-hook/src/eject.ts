import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { HoldfastError, parseArn, quote, type ArtifactStore } from '@holdfast/core';
import { valueOf } from './arguments.js';
import { deployedTemplate } from './deployed-template.js';
import { ejectTemplate, type EjectedFile } from './eject-template.js';
import { loadCloudFormation, loadYaml } from './lazy-modules.js';
import { tell } from './messages.js';
import { requireStackName } from './parameters.js';
import { withCloudFormation, withStore, type SamSession } from './session.js';

/** What the folder is called when nobody says. */
const FOLDER = 'ejected';

/** Files by what they hold. sam takes a zip as it is only when it is called one. */
const ENDINGS: Readonly<Record<string, string>> = {
  'application/zip': '.zip',
  'application/java-archive': '.jar',
  'application/json': '.json',
  'text/yaml': '.yaml',
};

/**
 * Writes what a stack runs into a folder: its template with local paths, and the files. Plain sam deploys it to a bucket of its own. Nothing of the
 * stack or the repository changes. Returns the exit code.
 */
export async function eject(session: SamSession): Promise<number> {
  const { host, given, parameters } = session;
  const stack = requireStackName(parameters);
  const named = valueOf(given, '--output-dir') ?? FOLDER;
  const folder = resolve(host.cwd, named);
  requireEmpty(folder, named);
  return withStore(session, async (store) => {
    const text = await withCloudFormation(session, (api) =>
      deployedTemplate(api, stack, 'nothing was written'),
    );
    if (text === undefined) throw new HoldfastError('not-found', `there is no stack ${quote(stack)}`);
    const written = await writeTemplate(store, text, folder, 'template.yaml');
    if (written.files === 0 && written.left.length === 0) {
      throw new HoldfastError('not-found', `the template of ${quote(stack)} names no artifacts`, {
        hint: 'It was not deployed with Holdfast: deploy it with plain sam deploy.',
      });
    }
    for (const slot of written.left)
      tell(
        host,
        `${slot} goes on being read from the repository, and keeps its reference: sam uploads nothing for it`,
      );
    tell(
      host,
      `wrote ${join(named, 'template.yaml')} and ${written.files} files of what ${stack} runs; nothing else was changed`,
    );
    tell(
      host,
      `deploy it by: sam deploy -t ${join(named, 'template.yaml')} ${configHint(session)}--stack-name ${stack} --resolve-s3`,
    );
    tell(host, `the references go once CloudFormation says so: holdfast-sam settle --stack-name ${stack}`);
    return 0;
  });
}

/** With `-t`, sam looks for its configuration file beside the template. */
function configHint({ host, parameters }: SamSession): string {
  const { file } = parameters.config;
  return file === undefined ? '' : `--config-file ${resolve(host.cwd, file)} `;
}

function requireEmpty(folder: string, named: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new HoldfastError('invalid-input', `${quote(named)} is no folder to write to`, { cause });
  }
  if (names.length === 0) return;
  throw new HoldfastError('conflict', `the folder ${quote(named)} is not empty`, {
    hint: 'Name another one: --output-dir <folder>.',
  });
}

interface Written {
  readonly files: number;
  readonly left: readonly string[];
}

/** Files before the template that names them, so that a folder with a template is whole. */
async function writeTemplate(
  store: ArtifactStore,
  text: string,
  folder: string,
  name: string,
): Promise<Written> {
  const endings = await endingsOf(store, text);
  const inFolder = ({ version }: EjectedFile): string => {
    const parsed = parseArn(version);
    if (parsed.type !== 'version')
      throw new HoldfastError('invalid-input', `${quote(version)} is no version`);
    return posix.join('artifacts', `${parsed.id}-${parsed.number}${endings.get(version) ?? ''}`);
  };
  // Beside a nested template, paths start from that template's own folder.
  const from = posix.dirname(name);
  const { template, files, left } = ejectTemplate(text, (file) => posix.relative(from, inFolder(file)));
  let count = files.length;
  const lefts = [...left];
  for (const file of files) {
    const place = inFolder(file);
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    if (file.nested) {
      const inner = await writeTemplate(store, await textOf(store, file.version), folder, place);
      count += inner.files;
      lefts.push(...inner.left);
    } else await store.readTo(file.version, join(folder, place));
  }
  mkdirSync(folder, { recursive: true });
  await loadCloudFormation().writeTemplate(join(folder, name), loadYaml().stringify(template));
  return { files: count, left: lefts };
}

/** What each file's name ends in, by what its version is. */
async function endingsOf(store: ArtifactStore, text: string): Promise<Map<string, string>> {
  const endings = new Map<string, string>();
  const found = new Set<string>();
  ejectTemplate(text, ({ version }) => {
    found.add(version);
    return version;
  });
  for (const version of found) {
    const { mediaType } = await store.describe(version);
    endings.set(version, ENDINGS[mediaType] ?? '');
  }
  return endings;
}

async function textOf(store: ArtifactStore, version: string): Promise<string> {
  const { stream } = await store.open(version);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
