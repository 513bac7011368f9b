import type { Command } from 'commander';
import { importStaging, type ImportReport } from '../staging/import-staging.js';
import type { Publishing } from '../deploy/publishing.js';
import type { CommandHost, GlobalOptions, SetExitCode } from './program.js';

type WithPublishing = (
  options: GlobalOptions,
  run: (publishing: Publishing) => Promise<void>,
) => Promise<void>;

/** Something could not be decided, as the exit codes of `holdfast` say it. */
const UNDECIDED = 4;

export function declareImportStaging(
  program: Command,
  host: CommandHost,
  setExitCode: SetExitCode,
  withPublishing: WithPublishing,
): void {
  program
    .command('import-staging')
    .description(
      'tell which objects of a bootstrap bucket are used and which are not, and take over those that are',
    )
    .option('--bucket <name>', "the bucket; that of the CDK's own bootstrap otherwise")
    .option('--apply', 'take what is used into the repository; nothing is changed otherwise')
    .action(async ({ bucket, apply }: { bucket?: string; apply?: true }) => {
      const options = program.opts<GlobalOptions>();
      await withPublishing(options, async ({ openStore, publish }) => {
        const repository = publish.repository ?? publish.defaultRepository;
        const report = await importStaging({
          ...(await openStore({})),
          ...(bucket === undefined ? {} : { bucket }),
          ...(repository === undefined ? {} : { repository }),
          apply: apply === true,
        });
        if (options.json === true) host.out(JSON.stringify(report));
        else reportLines(report).forEach(host.out);
        if (report.undecided.length > 0) setExitCode(UNDECIDED);
      });
    });
}

function reportLines({ bucket, objects, undecided }: ImportReport): string[] {
  const count = (verdict: string): string =>
    `${objects.filter((object) => object.verdict === verdict).length} ${verdict}`;
  return [
    ...objects.map(({ key, verdict, reason, version }) =>
      [verdict.padEnd('unknown'.length), key, version === undefined ? reason : `${reason} → ${version}`].join(
        '  ',
      ),
    ),
    `${bucket}: ${count('live')}, ${count('dead')}, ${count('unknown')}`,
    ...undecided.map((message) => `could not be read: ${message}`),
  ];
}
