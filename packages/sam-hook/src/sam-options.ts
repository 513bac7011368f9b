/**
 * What follows an option of SAM CLI: nothing, one word, or every word up to the next one that begins with `-`.
 *
 * Source: samcli/commands/deploy/command.py and samcli/commands/delete/command.py of SAM CLI 1.170; a test compares these tables with
 * the SAM CLI that the tests install, so that a release with a further option is noticed.
 */
export type OptionKind = 'flag' | 'word' | 'words';

export type SamCommand = 'deploy' | 'delete';

/** Whose options a list of arguments may have; `package` and `eject` are Holdfast's own, with the options of deploy. */
export type ArgumentsOf = SamCommand | 'package' | 'eject';

const both: Readonly<Record<string, OptionKind>> = {
  '--beta-features': 'flag',
  '--config-env': 'word',
  '--config-file': 'word',
  '--debug': 'flag',
  '--express': 'flag',
  '--help': 'flag',
  '--no-beta-features': 'flag',
  '--no-express': 'flag',
  '--profile': 'word',
  '--region': 'word',
  '--s3-bucket': 'word',
  '--s3-prefix': 'word',
  '--save-params': 'flag',
  '--stack-name': 'word',
  '-h': 'flag',
};

const deploy: Readonly<Record<string, OptionKind>> = {
  ...both,
  '--capabilities': 'words',
  '--confirm-changeset': 'flag',
  '--disable-rollback': 'flag',
  '--fail-on-empty-changeset': 'flag',
  '--force-upload': 'flag',
  '--guided': 'flag',
  '--image-repositories': 'word',
  '--image-repository': 'word',
  '--kms-key-id': 'word',
  '--language-extensions': 'flag',
  '--max-wait-duration': 'word',
  '--metadata': 'word',
  '--no-confirm-changeset': 'flag',
  '--no-disable-rollback': 'flag',
  '--no-execute-changeset': 'flag',
  '--no-fail-on-empty-changeset': 'flag',
  '--no-language-extensions': 'flag',
  '--no-progressbar': 'flag',
  '--no-resolve-s3': 'flag',
  '--notification-arns': 'words',
  '--on-failure': 'word',
  '--output': 'word',
  '--parameter-overrides': 'words',
  '--resolve-image-repos': 'flag',
  '--resolve-s3': 'flag',
  '--role-arn': 'word',
  '--signing-profiles': 'words',
  '--tags': 'words',
  '--template': 'word',
  '--template-file': 'word',
  '--use-json': 'flag',
  '-g': 'flag',
  '-t': 'word',
};

export const SAM_OPTIONS: Readonly<Record<ArgumentsOf, Readonly<Record<string, OptionKind>>>> = {
  deploy,
  delete: { ...both, '--no-prompts': 'flag' },
  package: { ...deploy, '--output-template-file': 'word' },
  eject: { ...deploy, '--output-dir': 'word' },
};
