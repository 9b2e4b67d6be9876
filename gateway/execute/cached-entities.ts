// Cached entities of an entity fetch: their cache keys, the keys that are left to fetch, and the entities to store.

import { type EntityName, entityKey, entityScope, type NewEntity } from '../cache/entity-cache.ts';
import { ownerTag } from '../cache/owner.ts';
import { canonicalJson } from '../cache/response-key.ts';
import { tagsForEntity } from '../cache/tags.ts';
import { NumberText } from '../json/number-text.ts';
import { parseJson } from '../json/parse-json.ts';
import type { EntityCachePolicy, EntityFetch } from '../query-plan/plan.ts';
import type { CacheDirectives } from '../transport/cache-directives.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { ownerOfResponse, varianceKey } from '../transport/variance.ts';
import type { EntityResult, ResponseObject } from './hot-path/index.ts';
import type { CollectedKeys } from './keys.ts';
import type { ClientVariables, KeyArguments } from './request-body.ts';

/** Variables that are nested deeper are not compared. */
const MAX_DEPTH = 100;

/**
 * The cache keys and tags of an entity fetch's entities, one for each key; null where they may not be cached.
 * @param subgraph the name of its client.
 * @param enclosing values of enclosing objects that they depend on.
 */
export function cachedEntityNames(
  { cachePolicy: policy, type }: EntityFetch,
  subgraph: string,
  { keys, originals }: CollectedKeys,
  variables: ClientVariables,
  request: SubgraphScope,
  enclosing: KeyArguments | null = null,
): EntityName[] | null {
  if (!policy || (policy.private && !request.identity)) return null;
  const variance = varianceKey(request, subgraph, policy.private);
  if (variance === null) return null;
  const used = canonicalJson(
    // A missing variable has its default, which one that is null has not.
    policy.variables.map((name) => (Object.hasOwn(variables, name) ? [variables[name]] : [])),
    MAX_DEPTH,
  );
  if (used === null) return null;
  const scope = entityScope({
    subgraph,
    type,
    selection: policy.selection,
    variables: enclosing ? `${used} ${JSON.stringify(enclosing.map(({ value }) => value))}` : used,
    variance,
  });
  const below = policy.types.flatMap((name) => tagsForEntity(name));
  const subject = ownerOfResponse(request, [subgraph], policy.private);
  if (subject !== null) below.push(ownerTag(subject));
  return keys.map((key, index) => {
    const id = policy.id === null ? undefined : originals[index]?.[policy.id];
    return {
      key: entityKey(scope, JSON.stringify(key)),
      tags: [...tagsForEntity(type, id === undefined ? undefined : String(id)), ...below],
    };
  });
}

/** Parses a cached entity; undefined for one that is not cached, or not as it was written. */
export function parseEntity(text: string | undefined): ResponseObject | null | undefined {
  if (text === undefined) return undefined;
  try {
    const entity: unknown = parseJson(text);
    const isEntity = typeof entity === 'object' && !Array.isArray(entity) && !(entity instanceof NumberText);
    return isEntity ? (entity as ResponseObject | null) : undefined;
  } catch {
    return undefined;
  }
}

/** Attaches cached entities to their results; returns the keys without one. */
export function attachCached(
  all: CollectedKeys,
  entities: readonly (ResponseObject | null | undefined)[],
): CollectedKeys {
  const left: CollectedKeys = { keys: [], results: [], originals: [], keyless: [], unusable: [] };
  entities.forEach((entity, index) => {
    const result = all.results[index] as EntityResult;
    if (entity !== undefined) {
      result.entity = entity;
      return;
    }
    left.keys.push(all.keys[index]);
    left.results.push(result);
    left.originals.push(all.originals[index] as ResponseObject);
  });
  return left;
}

/**
 * The fetched entities as they can be cached: before anything of other subgraphs is attached to them.
 * @param directives of the response that they came in.
 */
export function entitiesToStore(
  { results }: CollectedKeys,
  names: readonly EntityName[],
  policy: EntityCachePolicy,
  directives: CacheDirectives | undefined,
): NewEntity[] {
  const limit = directives ? limitOf(policy, directives) : Number.POSITIVE_INFINITY;
  const ttl = Math.min(policy.maxAge, limit) * 1000;
  if (ttl <= 0) return [];
  return names.flatMap((name, index) => {
    const entity = results[index]?.entity;
    const text = entity === undefined ? null : textOf(entity);
    return text === null ? [] : [{ ...name, text, ttl, ...(Number.isFinite(limit) && { isLimited: true }) }];
  });
}

/** Null where something in it is nested too deeply to be written. */
function textOf(entity: ResponseObject | null): string | null {
  try {
    return JSON.stringify(entity);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Seconds for which the subgraph allows entities to be cached. */
function limitOf(policy: EntityCachePolicy, { isPrivate, maxAge, sharedMaxAge }: CacheDirectives): number {
  if (policy.private) return maxAge;
  return isPrivate ? 0 : sharedMaxAge;
}
