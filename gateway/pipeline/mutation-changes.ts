// Changes of a mutation, for cache invalidation: those that its fields' directives declare, and every object it
// returns.
import { type GraphQLError, getArgumentValues } from 'graphql';
import type { Change } from '../cache/tags.ts';
import type { Engine } from '../engine/engine.ts';
import type { Executed } from '../engine/plan-runner.ts';
import { ErrorCode } from '../errors.ts';
import type { ResponseObjects } from '../execute/objects-in-response.ts';
import { NumberText } from '../json/number-text.ts';
import { isFailure } from './response-caching.ts';
import type { OperationExecution, Result } from './stages.ts';

/**
 * Objects and types whose cached data a mutation has made stale. A denied field has changed nothing. Where a subgraph
 * failed, any object of the types that it would have returned may have changed.
 */
export function changesOf(
  engine: Engine,
  { operation, analysis, coerced, deniedFields }: OperationExecution,
  result: Result,
  objects: (() => ResponseObjects) | null,
): Change[] {
  if (operation.operation.operation !== 'mutation') return [];
  const changes = new Map<string, Change>();
  const add = (change: Change) => changes.set(`${change.type}:${change.id}`, change);
  for (const { field, invalidation } of analysis.invalidations) {
    const type = engine.schema.getMutationType();
    const definition = type?.getFields()[field.name];
    const [node] = field.nodes;
    if (!type || !definition || !node || deniedFields.field(`${type.name}.${field.name}`, [field.key])) continue;
    const id = invalidation.id && valueAt(getArgumentValues(definition, node, { ...coerced }), invalidation.id);
    const isId = typeof id === 'string' || typeof id === 'number' || id instanceof NumberText;
    add(isId ? { type: invalidation.type, id: String(id) } : { type: invalidation.type });
  }
  const { ids, typesWithoutId } = objects?.() ?? {
    ids: new Map<string, Set<string>>(),
    typesWithoutId: new Set<string>(),
  };
  const hasFailed = result.errors?.some((error) => isFailure(error) || isCancellation(error));
  for (const [type, known] of ids) {
    if (hasFailed && known.size === 0) add({ type });
    for (const id of known) add({ type, id });
  }
  // An object without id is part of one with an id, and cached with that.
  for (const type of typesWithoutId) if (engine.idField(type) !== null) add({ type });
  return [...changes.values()];
}

/** Invalidates what a mutation has changed, before its client gets the response. */
export async function invalidateChanges(
  engine: Engine,
  cache: { invalidate(changes: readonly Change[]): Promise<unknown> },
  execution: OperationExecution,
  executed: Promise<Executed>,
): Promise<Result> {
  const { response, objects } = await executed;
  const changes = changesOf(engine, execution, response, objects);
  if (changes.length > 0) await cache.invalidate(changes);
  return response;
}

function isCancellation({ extensions }: GraphQLError): boolean {
  return extensions.code === ErrorCode.REQUEST_CANCELLED;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );
}
