import type { Instant } from '@holdfast/core';
import type { CloudFormationApi } from './api.js';
import { ask } from './failures.js';
import { itemsOf, withToken } from './pages.js';
import type { Refactor } from './read-refactors.js';
import { readRetained } from './read-retained.js';
import { parseStackArn } from './stack-arn.js';
import type { RetainedResource } from './types.js';

/** A resource in a stack. */
interface Place {
  readonly stackId: string;
  readonly logicalId: string;
}

interface Move {
  readonly from: Place;
  readonly to: Place;
}

/**
 * Of the resources that refactorings took out of a stack, those that were retained where they came to, over any number of moves, and the
 * published versions of functions that were; by the logical IDs that they had in this stack. No template names them any more.
 * Throws `access-denied` and `unavailable`.
 */
export async function readRetainedElsewhere(
  api: CloudFormationApi,
  stackId: string,
  refactors: readonly Refactor[],
  since: Instant,
): Promise<RetainedResource[]> {
  const moves: Move[] = [];
  for (const refactor of refactors) moves.push(...(await readMoves(api, refactor)));
  const retained = new Map<string, readonly RetainedResource[]>();
  const found: RetainedResource[] = [];
  const left = new Set(moves.filter(({ from }) => from.stackId === stackId).map((it) => it.from.logicalId));
  for (const logicalId of left) {
    for (const place of placesAfter({ stackId, logicalId }, moves)) {
      const there = retained.get(place.stackId) ?? (await readRetained(api, place.stackId, since));
      retained.set(place.stackId, there);
      for (const it of there) found.push(...asOf(logicalId, place, it));
    }
  }
  return found;
}

/** What was retained in a place, if it is the resource that came there, or what was published of it. */
function asOf(
  logicalId: string,
  place: Place,
  { logicalId: name, at, published }: RetainedResource,
): RetainedResource[] {
  if (published === undefined) return name === place.logicalId ? [{ logicalId, at }] : [];
  const { functionId = place.logicalId } = published;
  // One whose function is not there any more may be of any that was.
  return functionId === place.logicalId
    ? [{ logicalId: name, at, published: { ...published, functionId: logicalId } }]
    : [];
}

/** Where a resource may have come to, its own place left out. */
function placesAfter(start: Place, moves: readonly Move[]): Place[] {
  const places = [start];
  const same = (a: Place, b: Place): boolean => a.stackId === b.stackId && a.logicalId === b.logicalId;
  // Grows while it is gone through.
  for (const place of places)
    for (const { from, to } of moves)
      if (same(from, place) && !places.some((it) => same(it, to))) places.push(to);
  return places.slice(1);
}

async function readMoves(api: CloudFormationApi, { id, stackIds }: Refactor): Promise<Move[]> {
  const actions = itemsOf(async (token) => {
    const input = withToken({ StackRefactorId: id }, token);
    const page = await ask(`list what the stack refactoring ${id} moved`, () =>
      api.listStackRefactorActions(input),
    );
    return { items: page.StackRefactorActions ?? [], next: page.NextToken };
  });
  const placeOf = (location: { StackName?: string | undefined; LogicalResourceId?: string | undefined }) => {
    const { StackName: name, LogicalResourceId: logicalId } = location;
    const stackId = stackIds.find((it) => it === name || parseStackArn(it)?.name === name);
    return stackId === undefined || logicalId === undefined ? undefined : { stackId, logicalId };
  };
  const moves: Move[] = [];
  for await (const { ResourceMapping: mapping } of actions) {
    const from = placeOf(mapping?.Source ?? {});
    const to = placeOf(mapping?.Destination ?? {});
    if (from !== undefined && to !== undefined) moves.push({ from, to });
  }
  return moves;
}
