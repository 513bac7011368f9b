// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import type { RecordedCall, RecordingProxy } from '../../../core/test/emulators/recording-proxy.js';

/** What the CDK's own command asked AWS for, as `service:action`. */
export function cdkCalls({ calls }: RecordingProxy): string[] {
  return calls.filter(isCdk).map(({ service, action }) => `${service}:${action}`);
}

/** What Holdfast asked AWS for. */
export function holdfastCalls({ calls }: RecordingProxy): string[] {
  return calls.filter((call) => !isCdk(call)).map(({ service, action }) => `${service}:${action}`);
}

function isCdk({ userAgent }: RecordedCall): boolean {
  return userAgent.includes('aws-cdk/');
}

/** Those of them that a bootstrap would be for. */
export function bootstrapCalls(calls: readonly string[]): string[] {
  return calls.filter((call) => /^(s3|ssm|ecr):|:AssumeRole/.test(call));
}
