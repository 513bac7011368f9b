import { quote } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';

/** What a store URL says; what it leaves out is the caller's own. */
export interface AwsStoreUrl {
  readonly account?: string;
  readonly region?: string;
}

const URL_FORM =
  /^aws:(?:\/\/(?<account>[0-9]{12})\/(?<region>[a-z]{2}(?:-[a-z]+)+-[0-9]+)(?:\/(?<repository>[^/]*))?\/?)?$/;

/** Parses `aws:` and `aws://<account>/<region>[/<repository>]`. Throws `invalid-input`. */
export function parseStoreUrl(url: string): AwsStoreUrl {
  const match = URL_FORM.exec(url);
  if (match === null) {
    throw new HoldfastError('invalid-input', `store URL ${quote(url)} is not valid`, {
      hint: 'Write aws: for your own account and region, or aws://<12-digit account>/<region>.',
    });
  }
  const { account, region, repository = '' } = match.groups ?? {};
  if (repository !== '' && repository !== 'default') {
    throw new HoldfastError(
      'invalid-input',
      `store URL ${quote(url)} names repository ${quote(repository)}`,
      {
        hint: `Name the account and region alone, and the repository with: --repository ${repository}`,
      },
    );
  }
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}
