import type { Shortfall } from '../../../ports/index.js';

/** A lifecycle rule of a bucket, as far as it matters here. */
export interface LifecycleFact {
  readonly id: string;
  readonly enabled: boolean;
  /** What the keys that it is about begin with; empty for all. */
  readonly prefix: string;
  /** Whether it is about all objects below its prefix, and not only those with certain tags or sizes. */
  readonly all: boolean;
  /** Whether it removes objects, or versions of them. The end of incomplete uploads is no removal. */
  readonly removes: boolean;
  /** Whether it moves objects to a class that cannot be read at once. */
  readonly archives: boolean;
}

/** What is known of a user's own bucket. */
export interface BucketFacts {
  readonly region: string;
  readonly versioning: 'enabled' | 'suspended' | 'never';
  readonly publicAccessBlocked: boolean;
  readonly objectLock: boolean;
  /** Whether new objects get a retention by themselves. */
  readonly defaultRetention: boolean;
  readonly lifecycle: readonly LifecycleFact[];
}

/** What a bucket lacks for holding a repository below a prefix. Empty when it is as good as Holdfast's own. */
export function assessBucket(facts: BucketFacts, wanted: { region: string; prefix: string }): Shortfall[] {
  return [
    ...regionShortfalls(facts, wanted.region),
    ...publicAccessShortfalls(facts),
    ...versioningShortfalls(facts),
    ...lockShortfalls(facts),
    ...facts.lifecycle.flatMap((rule) => lifecycleShortfalls(rule, wanted.prefix)),
  ];
}

function regionShortfalls({ region }: BucketFacts, wanted: string): Shortfall[] {
  if (region === wanted) return [];
  return [
    {
      aspect: 'region',
      severity: 'refused',
      what: `The bucket is in ${region}, and the repository in ${wanted}.`,
      cost: 'Most services read code only from a bucket of their own region.',
      mend: `Take a bucket in ${wanted}, or open the store of ${region}.`,
    },
  ];
}

function publicAccessShortfalls({ publicAccessBlocked }: BucketFacts): Shortfall[] {
  if (publicAccessBlocked) return [];
  return [
    {
      aspect: 'public-access',
      severity: 'refused',
      what: 'Public access to the bucket is not blocked in all four ways.',
      cost: 'One policy or ACL could make your code public.',
      mend: 'Block all public access in the settings of the bucket.',
    },
  ];
}

function versioningShortfalls({ versioning }: BucketFacts): Shortfall[] {
  if (versioning === 'enabled') return [];
  return [
    {
      aspect: 'versioning',
      severity: 'weaker',
      what: versioning === 'suspended' ? 'Versioning is suspended.' : 'The bucket is not versioned.',
      cost: 'A plain deletion destroys an object at once, and functions cannot run from the bucket by reference.',
      mend: 'Enable versioning.',
    },
  ];
}

function lockShortfalls({ objectLock, defaultRetention }: BucketFacts): Shortfall[] {
  if (!objectLock) {
    return [
      {
        aspect: 'object-lock',
        severity: 'weaker',
        what: 'The bucket has no Object Lock.',
        cost: 'S3 itself does not refuse the deletion of what is in use: whoever may delete objects can.',
        mend: 'Enable Object Lock without a default retention, or deny s3:DeleteObject* below the prefix to all but the collector.',
      },
    ];
  }
  if (!defaultRetention) return [];
  return [
    {
      aspect: 'retention',
      severity: 'weaker',
      what: 'Object Lock gives every new object a retention of its own.',
      cost: 'Contents that nothing needs any more can be removed only when it ends, and are paid for until then.',
      mend: 'Remove the default retention: Holdfast holds what is stored as long as it must.',
    },
  ];
}

function lifecycleShortfalls(rule: LifecycleFact, prefix: string): Shortfall[] {
  const overlaps = rule.prefix.startsWith(prefix) || prefix.startsWith(rule.prefix);
  if (!rule.enabled || !overlaps || !(rule.removes || rule.archives)) return [];
  const does = rule.removes ? 'removes objects' : 'archives objects';
  const which = rule.all ? '' : ' of certain tags or sizes';
  return [
    {
      aspect: 'lifecycle',
      severity: 'refused',
      what: `Lifecycle rule "${rule.id}" ${does}${which} below "${rule.prefix}", where contents would lie.`,
      cost: rule.removes
        ? 'It would take away what stacks use; a function that runs from the bucket would become inactive.'
        : 'Services cannot read archived code, so deployments and rollbacks would fail.',
      mend: 'Narrow the rule to other prefixes, or choose another prefix for the repository.',
    },
  ];
}
