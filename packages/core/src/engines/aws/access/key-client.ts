import { HoldfastError } from '../../../errors.js';
import type { KeyGrant } from '../../../policy/index.js';
import { boundedRequests } from '../bounded-requests.js';
import { failureName, translateFailure } from '../failures.js';

/** A grant as KMS tells of it. */
export interface StoredGrant extends Partial<KeyGrant> {
  readonly GrantId: string;
}

/** What grants take of KMS. A key is named by its ARN, ID or alias. */
export interface KeyApi {
  describe(key: string): Promise<{ readonly arn: string; readonly managedByAws: boolean }>;
  /** Undefined for a key that is not there any more. */
  grants(key: string): Promise<readonly StoredGrant[] | undefined>;
  create(key: string, grant: KeyGrant): Promise<void>;
  /** A grant that is gone already is no failure. */
  revoke(key: string, grantId: string): Promise<void>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 10_000;

/** Loads the SDK's client. */
export async function openKeyApi(region: string): Promise<KeyApi> {
  const sdk = await import('@aws-sdk/client-kms');
  const client = new sdk.KMSClient({ region, ...boundedRequests(REQUEST_TIMEOUT_MS) });
  return {
    describe: (key) =>
      naming(key, async () => {
        const { KeyMetadata } = await client.send(new sdk.DescribeKeyCommand({ KeyId: key }));
        return { arn: KeyMetadata?.Arn ?? key, managedByAws: KeyMetadata?.KeyManager === 'AWS' };
      }),
    async grants(key) {
      try {
        const found: StoredGrant[] = [];
        for await (const { Grants = [] } of sdk.paginateListGrants({ client }, { KeyId: key }))
          found.push(...Grants.flatMap((grant) => storedGrant(grant)));
        return found;
      } catch (error) {
        if (failureName(error) === 'NotFoundException') return undefined;
        throw keyFailure(key, error);
      }
    },
    create: (key, { Name, GranteePrincipal, Operations, Constraints }) =>
      naming(key, async () => {
        await client.send(
          new sdk.CreateGrantCommand({
            ...{ KeyId: key, Name, GranteePrincipal },
            Operations: Operations as ('Decrypt' | 'GenerateDataKey')[],
            Constraints: { EncryptionContextSubset: { ...Constraints.EncryptionContextSubset } },
          }),
        );
      }),
    revoke: (key, GrantId) =>
      naming(key, async () => {
        try {
          await client.send(new sdk.RevokeGrantCommand({ KeyId: key, GrantId }));
        } catch (error) {
          if (failureName(error) !== 'NotFoundException') throw error;
        }
      }),
    close: () => client.destroy(),
  };
}

function storedGrant(grant: {
  GrantId?: string | undefined;
  Name?: string | undefined;
  GranteePrincipal?: string | undefined;
  Operations?: readonly string[] | undefined;
  Constraints?: { EncryptionContextSubset?: Record<string, string> | undefined } | undefined;
}): StoredGrant[] {
  const { GrantId, Name = '', GranteePrincipal = '', Operations = [], Constraints } = grant;
  if (GrantId === undefined) return [];
  const { EncryptionContextSubset = {} } = Constraints ?? {};
  return [{ GrantId, Name, GranteePrincipal, Operations, Constraints: { EncryptionContextSubset } }];
}

async function naming<T>(key: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw keyFailure(key, error);
  }
}

const REPEAT = 'Then repeat the command: what was done already is not done twice.';

/** What KMS refuses, with the key and what to do about it. */
export function keyFailure(key: string, error: unknown): unknown {
  const name = failureName(error);
  const fails = (
    code: 'access-denied' | 'invalid-input' | 'not-found' | 'conflict',
    what: string,
    hint: string,
  ) => new HoldfastError(code, `the KMS key ${key} ${what}`, { hint: `${hint} ${REPEAT}`, cause: error });
  switch (name) {
    case 'AccessDeniedException':
      return fails(
        'access-denied',
        'gives no grants to these AWS credentials',
        "They need what holdfast policy admin prints (kms:DescribeKey, ListGrants, CreateGrant, RevokeGrant), and the key's own policy has to leave that to IAM, or name them.",
      );
    case 'NotFoundException':
      return fails('not-found', 'does not exist', "Look at the bucket's default encryption.");
    case 'DisabledException':
    case 'KMSInvalidStateException':
      return fails('conflict', 'is disabled, or about to be deleted', 'Enable it, or cancel its deletion.');
    case 'LimitExceededException':
      return fails('invalid-input', 'has as many grants as KMS allows', 'Name accounts instead of roles.');
    case 'InvalidArnException':
    case 'ValidationException':
      return fails(
        'invalid-input',
        'takes no such grant',
        'A principal that does not exist is what KMS refuses most often.',
      );
    default:
      return translateFailure(error, `the KMS key ${key}`);
  }
}
