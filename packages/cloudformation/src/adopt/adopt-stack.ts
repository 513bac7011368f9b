import { randomUUID } from 'node:crypto';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { isHoldfastError, type Version } from '@holdfast/core';
import { describeStack, doubtOf } from '../evidence/read-evidence.js';
import { readTemplates } from '../evidence/read-templates.js';
import { parseStackArn } from '../evidence/stack-arn.js';
import type { Doubt } from '../evidence/types.js';
import { FUNCTION_TYPE, LAYER_TYPE, resourcesOfStack } from '../lambda/whatis-stack.js';
import { adoptedSlot, pseudoParameters } from '../settlement/adopted.js';
import type { StackOutcome } from '../settlement/outcome.js';
import { toArtifactId } from '../stack/artifact-ids.js';
import { adoptCode, type AdoptedCode } from './adopt-code.js';
import { objectCode } from './adopt-bucket.js';
import { adoptFunction, adoptLayer } from './adopt-function.js';
import { findTemplateObjects } from './template-objects.js';
import type { AdoptContext, AdoptReport } from './types.js';

const NESTED_TYPE = 'AWS::CloudFormation::Stack';
const ATTEMPTS = 5;

interface Collected {
  readonly adopted: AdoptedCode[];
  readonly settled: StackOutcome[];
  readonly failures: Doubt[];
  readonly visited: Set<string>;
}

/**
 * Adopts what the functions and layers of a stack run, and the S3 objects that its template names for other resources, with the
 * stacks that are nested in it. Undefined when there is no such stack. Nothing is deployed.
 */
export async function adoptStack(context: AdoptContext, name: string): Promise<AdoptReport | undefined> {
  const stack = await describeStack(context.cloudFormation, name);
  if (stack === undefined) return undefined;
  const into: Collected = { adopted: [], settled: [], failures: [], visited: new Set() };
  await adoptInto(context, stack, toArtifactId(context.id ?? stack.StackName ?? stack.StackId), into);
  const { adopted, settled, failures } = into;
  return { adopted, settled, failures };
}

async function adoptInto(
  context: AdoptContext,
  stack: Stack & { readonly StackId: string },
  prefix: string,
  into: Collected,
): Promise<void> {
  const { StackId: stackId } = stack;
  if (into.visited.has(stackId)) return;
  into.visited.add(stackId);
  for (const resource of await resourcesOfStack(context.cloudFormation, stackId)) {
    const {
      ResourceType: type,
      PhysicalResourceId: physicalId,
      LogicalResourceId: logicalId = '',
    } = resource;
    if (physicalId === undefined) continue;
    const id = toArtifactId(`${prefix}/${logicalId}`);
    try {
      if (type === NESTED_TYPE) {
        const nested = await describeStack(context.cloudFormation, physicalId);
        if (nested !== undefined) await adoptInto(context, nested, id, into);
      }
      const report =
        type === FUNCTION_TYPE
          ? await adoptFunction(context, physicalId, id)
          : type === LAYER_TYPE
            ? await adoptLayer(context, physicalId, id)
            : undefined;
      into.adopted.push(...(report?.adopted ?? []));
      into.settled.push(...(report?.settled ?? []));
      into.failures.push(...(report?.failures ?? []));
    } catch (error) {
      into.failures.push(doubtOf(error, `adopt ${logicalId}`));
    }
  }
  await adoptObjects(context, stack, prefix, into);
}

/** What the template names beside the code of functions and layers, which is adopted from Lambda itself. */
async function adoptObjects(
  context: AdoptContext,
  stack: Stack & { readonly StackId: string },
  prefix: string,
  into: Collected,
): Promise<void> {
  const { StackId: stackId } = stack;
  const used: { readonly slot: string; readonly version: Version }[] = [];
  try {
    const texts = await readTemplates(context.cloudFormation, stackId);
    const found = findTemplateObjects(texts.at(-1)?.text ?? '', knownOf(stack));
    for (const { slot, resourceType, object } of found) {
      if (resourceType === FUNCTION_TYPE || resourceType === LAYER_TYPE) continue;
      const id = toArtifactId(`${prefix}/${slot.replaceAll('.', '/')}`);
      try {
        const item = await adoptCode(context, objectCode(context, object, id));
        context.onAdopted?.(item);
        into.adopted.push(item);
        used.push({ slot: adoptedSlot(slot, object), version: item.version });
      } catch (error) {
        into.failures.push(doubtOf(error, `adopt ${slot}`));
      }
    }
    if (used.length > 0) into.settled.push(await register(context, stackId, used));
  } catch (error) {
    into.failures.push(doubtOf(error, `adopt what the template of ${stackId} names`));
  }
}

/** Adds references; releases none. */
async function register(
  { store }: AdoptContext,
  consumer: string,
  used: readonly { readonly slot: string; readonly version: Version }[],
): Promise<StackOutcome> {
  const deployment = randomUUID();
  for (let attempt = 1; ; attempt += 1) {
    const { revision } = await store.consumer(consumer);
    try {
      const request = { consumer, revision, deployment, references: used, releasePins: [] };
      const { added } = await store.settle({ ...request, mode: 'add' });
      const result = added.length > 0 ? 'settled' : 'unchanged';
      return { consumer, result, added, released: [], undecided: [], notes: [] };
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}

function knownOf({ StackId: stackId = '', Parameters = [] }: Stack): Map<string, string> {
  const known = pseudoParameters(parseStackArn(stackId), stackId);
  for (const { ParameterKey, ParameterValue, ResolvedValue } of Parameters) {
    const value = ResolvedValue ?? ParameterValue;
    if (ParameterKey !== undefined && value !== undefined) known.set(ParameterKey, value);
  }
  return known;
}
