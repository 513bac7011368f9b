/** The examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** How every command explains an argument that names a version. */
export const REFERENCE_HELP =
  'payments/api:3, payments/api:prod, payments/api (latest), sha256:<hex> or any ARN';
