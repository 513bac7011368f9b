import type { StoreIdentity } from '@holdfast/core';
import { asking } from '../lambda/client.js';
import type { CloudFormationApi } from './api.js';
import { openCloudFormation } from './client.js';

/** Opens a client in an account other than the one whose credentials these are. */
export type OpenAccount = (place: StoreIdentity) => Promise<CloudFormationApi>;

/**
 * Asks other accounts through a role of this name in each, which they let this account assume. Credentials are had again before they
 * end. What cannot be assumed throws when the first question is asked.
 */
export function openAccountsBy(role: string): OpenAccount {
  return async ({ partition, account, region }) => {
    const sdk = await import('@aws-sdk/client-sts');
    const sts = new sdk.STSClient({ ...asking(), region });
    const RoleArn = `arn:${partition}:iam::${account}:role/${role}`;
    const credentials = async () => {
      const { Credentials } = await sts.send(
        new sdk.AssumeRoleCommand({ RoleArn, RoleSessionName: 'holdfast-evidence' }),
      );
      return {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        ...(Credentials?.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
        ...(Credentials?.Expiration === undefined ? {} : { expiration: Credentials.Expiration }),
      };
    };
    const api = await openCloudFormation({ region, credentials });
    return {
      ...api,
      close() {
        api.close();
        sts.destroy();
      },
    };
  };
}
