import type { ClientSettings } from '@holdfast/cloudformation';
import type { Settings } from '@holdfast/core/settings';

/** The region that AWS is asked in: the option's, else the configuration's; with neither, the AWS configuration decides. */
export function clientSettings(
  { region: configured }: Pick<Settings, 'region'>,
  { region = configured }: { readonly region?: string },
): Pick<ClientSettings, 'region'> {
  return region === undefined ? {} : { region };
}

/** What commands that ask AWS say of their `--region`. */
export const REGION_HELP = 'region to ask; the AWS configuration decides when absent';
