import type { Command } from 'commander';
import type { PublishResult, PublishSource } from '@holdfast/core';
import { collectLabel } from '../arguments.js';
import { examples } from '../help.js';
import type { Host } from '../host.js';
import { loadCore } from '../lazy-modules.js';
import { TOOL } from '../release.js';
import { formatBytes } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface PublishOptions {
  readonly id: string;
  readonly digest?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly bookmark?: string;
  readonly mediaType?: string;
}

export function declarePublish(program: Command, session: Session): void {
  program
    .command('publish')
    .summary('publish a file, a directory or standard input as a version')
    .description(
      'Publishes a file as it is, a directory as a deterministic zip, or standard input (-). Prints the ARN of the version; ' +
        'content that the artifact has already gets no new version.',
    )
    .argument('[path]', 'file or directory, or - for standard input')
    .requiredOption('--id <id>', 'ID of the artifact')
    .option('--digest <digest>', 'publish content that the repository has already, instead of a path')
    .option('--label <key=value>', 'label of a new version; repeatable', collectLabel)
    .option('--bookmark <name>', 'then set this bookmark to the version')
    .option('--media-type <type>', 'IANA media type; guessed from the name otherwise')
    .addHelpText(
      'after',
      examples(
        'holdfast publish dist/ --id payments/api --bookmark staging --label team=payments',
        'holdfast publish --digest sha256:<hex> --id payments/api-copy',
      ),
    )
    .action(async (path: string | undefined, options: PublishOptions, command: Command) => {
      const source = sourceOf(path, options.digest, session.host);
      const { checkBookmarkName, findProvenance } = loadCore();
      const bookmark = options.bookmark === undefined ? undefined : checkBookmarkName(options.bookmark);
      const origin =
        source.kind === 'path' ? source.path : source.kind === 'stream' ? session.host.cwd : undefined;
      const provenance = findProvenance(origin, { env: session.host.env, tool: TOOL });
      await session.withStore(command, async ({ store, output, scope }) => {
        const published = await store.publish({
          id: options.id,
          source,
          provenance: await provenance,
          ...scope,
          ...(options.label === undefined ? {} : { labels: options.label }),
          ...(options.mediaType === undefined ? {} : { mediaType: options.mediaType }),
        });
        output.message(describePublished(published));
        const { version, outcome, uploaded } = published;
        const set = bookmark === undefined ? undefined : await store.setBookmark(version.arn, bookmark);
        if (set !== undefined) output.message(`bookmark ${set.id}:${set.name} is on version ${set.number}`);
        const value = { version, outcome, uploaded, ...(set === undefined ? {} : { bookmark: set }) };
        await output.result(value, () => [version.arn]);
      });
    });
}

function sourceOf(path: string | undefined, digest: string | undefined, { stdin }: Host): PublishSource {
  if (digest !== undefined) {
    if (path !== undefined) throw new UsageError('a path and --digest exclude each other');
    return { kind: 'digest', digest: loadCore().checkDigest(digest) };
  }
  if (path === undefined || path === '') {
    throw new UsageError('nothing to publish', 'Give a path, - for standard input, or --digest.');
  }
  if (path !== '-') return { kind: 'path', path };
  if (stdin.isTTY)
    throw new UsageError('standard input is a terminal', 'Pipe the content in, or give a path.');
  return { kind: 'stream', stream: stdin };
}

function describePublished({ version, outcome, uploaded }: PublishResult): string {
  const what = { created: 'published', existing: 'unchanged:', restored: 'restored' }[outcome];
  const moved = uploaded ? 'uploaded' : 'already stored';
  return `${what} ${shortName(version)} (${formatBytes(version.size)}, ${moved})`;
}
