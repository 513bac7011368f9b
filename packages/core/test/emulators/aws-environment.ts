import type { Emulator } from './emulator.js';

/** The SDK's standard variables for an emulator, as a user would set them. */
export function awsEnvironment({
  endpoint,
  region,
  credentials,
}: Emulator): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    // No file of the machine's user may have a say.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
