import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError, policyFor, type PolicyDocument } from '@holdfast/core';
import { packageTemplate, type PackagedTemplate } from '../stack/package-template.js';
import type { PackagingStore } from '../stack/store.js';
import { TRACKER_STACK, trackerTemplate } from './template.js';

export interface PackageTrackerOptions {
  /** The store of the account and region that the tracker is for. */
  readonly store: PackagingStore;
  /** The folder of the bundled handler; what comes with this package when absent. */
  readonly bundle?: string;
  /** EventBridge's schedule expression; once a day when absent. */
  readonly schedule?: string;
  /** What the tracker may do with the store; what a deployer may when absent. */
  readonly policy?: PolicyDocument;
}

/** What is written by scripts/bundle-tracker.mjs, seen from the built package. */
const BUNDLE = join(__dirname, '..', 'tracker-bundle');
const SCHEDULE = /^(rate\([0-9]+ [a-z]+\)|cron\([^()']+\))$/;

/**
 * Publishes the tracker's code to the repository `default`, pins it for the tracker's stack and writes the template that can be deployed.
 *
 * Throws `invalid-input` for a schedule that is none, `unsupported` where the bundle was not built, and what packaging throws.
 */
export async function packageTracker(options: PackageTrackerOptions): Promise<PackagedTemplate> {
  const { store, bundle = BUNDLE, schedule } = options;
  if (schedule !== undefined && !SCHEDULE.test(schedule)) {
    throw new HoldfastError('invalid-input', `"${schedule}" is no schedule`, {
      hint: 'Such as "rate(6 hours)" or "cron(0 3 * * ? *)".',
    });
  }
  if (!existsSync(join(bundle, 'index.js'))) {
    throw new HoldfastError('unsupported', 'this build of Holdfast comes without the tracker', {
      hint: 'In a checkout of Holdfast, build it with: npm run build',
    });
  }
  const policy = options.policy ?? (await policyFor('deployer', { region: store.identity.region }));
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-tracker-'));
  try {
    await cp(bundle, join(folder, 'tracker'), { recursive: true });
    const file = join(folder, 'template.yaml');
    const text = trackerTemplate({
      code: 'tracker',
      policy,
      ...(schedule === undefined ? {} : { schedule }),
    });
    await writeFile(file, text);
    return await packageTemplate({ store, file, stackName: TRACKER_STACK });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
