import { boundedAttempts, HoldfastError, proxyAgents } from '@holdfast/core';
import type { ClientSettings } from '../evidence/client.js';
import type { LambdaApi } from './api.js';

/** Milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_ATTEMPTS = 8;

/**
 * How every client of this package asks: given up after 30 seconds, repeated a bounded number of times, slower when throttled, and through the
 * proxy of the environment.
 */
export function asking() {
  return {
    ...boundedAttempts(MAX_ATTEMPTS),
    retryMode: 'adaptive',
    requestHandler: {
      ...proxyAgents(),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

/**
 * Loads the SDK and opens a client. The settings are the SDK's own, from the environment where they are absent.
 * Throws `invalid-input` when no region is configured.
 */
export async function openLambda(settings: ClientSettings = {}): Promise<LambdaApi> {
  const sdk = await import('@aws-sdk/client-lambda');
  const client = new sdk.LambdaClient({ ...asking(), ...settings });
  await checkRegion(() => client.config.region());
  return {
    getFunction: (input) => client.send(new sdk.GetFunctionCommand(input)),
    listVersions: (input) => client.send(new sdk.ListVersionsByFunctionCommand(input)),
    listAliases: (input) => client.send(new sdk.ListAliasesCommand(input)),
    listFunctions: (input) => client.send(new sdk.ListFunctionsCommand(input)),
    getLayerVersion: (input) => client.send(new sdk.GetLayerVersionByArnCommand(input)),
    updateFunctionCode: (input) => client.send(new sdk.UpdateFunctionCodeCommand(input)),
    close: () => client.destroy(),
  };
}

async function checkRegion(region: () => Promise<string>): Promise<void> {
  try {
    await region();
  } catch (error) {
    throw new HoldfastError('invalid-input', 'no AWS region is configured', {
      hint: 'Set AWS_REGION, or a region in your AWS profile.',
      cause: error,
    });
  }
}
