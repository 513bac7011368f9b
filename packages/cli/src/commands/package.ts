import { Option, type Command } from 'commander';
import type { PackagedTemplate, PlannedTemplate } from '@holdfast/cloudformation';
import { byComma } from '../by-comma.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Output } from '../output.js';
import { withPackaging } from '../package-regions.js';
import { parseBuckets } from '../region-buckets.js';
import { renderTable } from '../render/table.js';
import { formatBytes } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';
import { decideSettings, type Settings } from '@holdfast/core/settings';
import { UsageError } from '../usage-error.js';

interface PackageOptions {
  readonly templateFile: string;
  readonly outputTemplateFile?: string;
  readonly stackName: string;
  readonly bucket?: readonly string[];
  readonly deployment?: string;
  readonly idPrefix?: string;
  readonly storageMode?: 'copy' | 'reference';
  readonly regions?: readonly string[];
  readonly dryRun?: boolean;
  readonly tags: boolean;
  readonly allowOutside?: boolean;
  readonly literalLocations?: boolean;
}

export function declarePackage(program: Command, session: Session): void {
  program
    .command('package')
    .summary("publish a template's local files and refer to them by ARN")
    .description(
      'Publishes every local file that a CloudFormation or SAM template names, pins the versions for the stack, and ' +
        'writes the template that refers to them. Everything else in the template stays byte for byte.',
    )
    .requiredOption('--template-file <file>', 'template to read')
    .requiredOption('--stack-name <name>', 'stack that it will be deployed to')
    .option('--output-template-file <file>', 'template to write; standard output when absent')
    .option(
      '--bucket <name>',
      'bucket that AWS reads the content from; for several regions eu-west-1=<name>,us-east-1=<name>',
      byComma,
    )
    .option('--deployment <name>', 'what the pins are recorded under; a new random name otherwise')
    .option('--id-prefix <prefix>', 'beginning of the artifact IDs; the stack name otherwise')
    .addOption(
      new Option('--storage-mode <mode>', 'how functions and layers take their code').choices([
        'copy',
        'reference',
      ]),
    )
    .option(
      '--regions <regions...>',
      'regions that the template will be deployed in: eu-west-1,us-east-1',
      byComma,
    )
    .option('--dry-run', 'only say what would be published')
    .option('--no-tags', 'no holdfast:artifact tags on resources')
    .option('--allow-outside', 'take paths that lead out of the project')
    .option(
      '--literal-locations',
      'write locations that "sam delete" would delete, where SAM takes nothing else (AWS::Serverless::GraphQLApi)',
    )
    .addHelpText(
      'after',
      examples(
        'holdfast package --template-file template.yaml --output-template-file packaged.yaml --stack-name payments --bucket my-artifacts',
        'holdfast package --template-file template.yaml --stack-name payments --dry-run',
      ),
    )
    .action((options: PackageOptions, command: Command) =>
      options.dryRun ? planOnly(options, command, session) : packageAndWrite(options, command, session),
    );
}

async function planOnly(options: PackageOptions, command: Command, session: Session): Promise<void> {
  const output = session.output(command);
  const { idPrefix } = { ...decideSettings(command.optsWithGlobals(), session.host), ...given(options) };
  const planned = await loadCloudFormation().planTemplate({
    file: options.templateFile,
    stackName: options.stackName,
    ...leave(options),
    ...(idPrefix === undefined ? {} : { idPrefix }),
  });
  const artifacts = plannedUses(planned, loadCloudFormation().nestedSlot);
  await output.result({ dryRun: true, artifacts }, () =>
    renderTable(['slot', 'artifact', 'from', 'kind', 'size'], artifacts.map(plannedRow), output.palette),
  );
  output.message('nothing was published or written');
}

interface PlannedArtifact {
  readonly slot: string;
  /** Absent for what is named by an ARN already. */
  readonly id?: string;
  /** The path as written in the template, or the ARN. */
  readonly source: string;
  /** What stands there. */
  readonly kind: 'file' | 'directory' | 'template' | 'arn';
  /** The absolute path; absent for an ARN. */
  readonly path?: string;
  /** Bytes, of a file. */
  readonly size?: number;
}

function plannedRow({ slot, id, source, kind, size }: PlannedArtifact): readonly string[] {
  return [slot, id ?? '-', source, kind, size === undefined ? '' : formatBytes(size)];
}

type NestedSlot = typeof import('@holdfast/cloudformation').nestedSlot;

/** The uses of a template and of those nested in it, with the slots that the stack will have. */
function plannedUses({ items }: PlannedTemplate, nestedSlot: NestedSlot): readonly PlannedArtifact[] {
  return items.flatMap(({ use, id, child, path, found, size }) => [
    ...(child === undefined ? [] : plannedUses(child, nestedSlot)).map((inner) => ({
      ...inner,
      slot: nestedSlot(use, inner.slot),
    })),
    {
      slot: use.slot,
      ...(id === undefined ? {} : { id }),
      source: use.value.kind === 'arn' ? use.value.arn : use.value.path,
      kind: child !== undefined ? 'template' : (found ?? 'arn'),
      ...(path === undefined ? {} : { path }),
      // A nested template is written anew before it is published.
      ...(size === undefined || child !== undefined ? {} : { size }),
    },
  ]);
}

async function packageAndWrite(options: PackageOptions, command: Command, session: Session): Promise<void> {
  const file = options.outputTemplateFile;
  if (file === undefined && session.output(command).json) {
    throw new UsageError('--json needs --output-template-file', 'Standard output takes only one of both.');
  }
  await withPackaging(
    command,
    session,
    options,
    given(options),
    async ({ store, settings, output, regional }) => {
      const { packageTemplate, writeTemplate } = loadCloudFormation();
      const { idPrefix, repository, storageMode } = settings;
      const packaged = await packageTemplate({
        store,
        file: options.templateFile,
        stackName: options.stackName,
        tags: options.tags,
        ...leave(options),
        ...(options.deployment === undefined ? {} : { deployment: options.deployment }),
        ...(idPrefix === undefined ? {} : { idPrefix }),
        ...(repository === undefined ? {} : { repository }),
        ...(storageMode === undefined ? {} : { storageMode }),
        ...regional,
      });
      if (file === undefined) {
        await output.result({}, () => [packaged.text.replace(/\n$/, '')]);
      } else {
        await writeTemplate(file, packaged.text);
      }
      await reportPackaged(packaged, file, output);
    },
  );
}

async function reportPackaged(
  packaged: PackagedTemplate,
  file: string | undefined,
  output: Output,
): Promise<void> {
  const { artifacts, consumer, consumers, deployment } = packaged;
  for (const { slot, version, outcome } of artifacts)
    output.message(`${outcome} ${shortName(version)} for ${slot}`);
  output.message(
    `pinned for ${consumers.join(', ')}, deployment ${deployment}${file === undefined ? '' : `; wrote ${file}`}`,
  );
  if (!output.json) return;
  const items = artifacts.map(({ slot, version, bookmark, outcome, uploaded }) => ({
    ...{ slot, version, outcome, uploaded },
    ...(bookmark === undefined ? {} : { bookmark }),
  }));
  await output.result({ file, consumer, consumers, deployment, artifacts: items }, () => []);
}

/** What is done only when it is asked for. */
function leave({ allowOutside, literalLocations }: PackageOptions): {
  allowOutside: boolean;
  literalLocations: boolean;
} {
  return { allowOutside: allowOutside === true, literalLocations: literalLocations === true };
}

/** The options that win over the same settings of the configuration file. */
function given({ bucket, idPrefix, storageMode }: PackageOptions): Partial<Settings> {
  return {
    ...(bucket === undefined ? {} : { bucket: parseBuckets(bucket).bucket }),
    ...(idPrefix === undefined ? {} : { idPrefix }),
    ...(storageMode === undefined ? {} : { storageMode }),
  };
}
