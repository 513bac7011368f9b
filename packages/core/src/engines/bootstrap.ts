import type { StoreIdentity } from '../arn/index.js';

/** Where an account and region's store lies. */
export interface BootstrapReport {
  readonly identity: StoreIdentity;
  readonly bucket: string;
  readonly table: string;
  readonly eventBus: string;
  /** False when it was there already. */
  readonly created: boolean;
}

/** The CloudFormation template of a store in AWS: YAML with comments, for people to read. Asks nothing of AWS. */
export async function bootstrapTemplate(): Promise<string> {
  return (await import('./aws/bootstrap/index.js')).bootstrapTemplate();
}

/**
 * Makes the store of the caller's account and of a region, the configured one by default, unless it is there.
 *
 * Throws `access-denied` when the caller may not, and `unavailable` when its stack is not complete in time.
 */
export async function bootstrap({ region }: { readonly region?: string } = {}): Promise<BootstrapReport> {
  const [{ ensureBootstrapped, openStacks }, { callerIdentity }] = await Promise.all([
    import('./aws/bootstrap/index.js'),
    import('./aws/identity.js'),
  ]);
  const identity = await callerIdentity(region);
  const stacks = await openStacks({ region: identity.region });
  try {
    const { bucket, table, eventBus, created } = await ensureBootstrapped(stacks);
    return { identity, bucket, table, eventBus, created };
  } finally {
    stacks.close();
  }
}
