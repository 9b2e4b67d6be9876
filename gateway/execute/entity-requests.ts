// Entity requests: of the keys of a fetch, those whose entities are cached, and the arguments of the requests for the
// others.
import type { EntityCache } from '../cache/entity-cache.ts';
import { ownValue } from '../json/json-values.ts';
import type { EntityCachePolicy } from '../query-plan/plan.ts';
import type { CacheDirectives } from '../transport/cache-directives.ts';
import { recordEpoch, type SubgraphScope } from '../transport/subgraph-client.ts';
import { attachCached, cachedEntityNames, entitiesToStore, parseEntity } from './cached-entities.ts';
import type { CompiledFetch, RequestPart } from './compiled-plan.ts';
import { type CollectedKeys, sliceKeys } from './keys.ts';
import { type ClientVariables, type KeyArguments, listArguments, repeatedVariable } from './request-body.ts';
import type { KeyRange } from './split-keys.ts';

/** The keys of one entity fetch, or of those of its objects that have one value of enclosing objects. */
export interface EntityFetchKeys {
  part: RequestPart;
  all: CollectedKeys;
  /** Those whose entities are not cached. */
  uncached: CollectedKeys;
  /** Caches the entities of these keys of `uncached` for later requests, once they have been fetched. */
  store: ((start: number, end: number, directives: CacheDirectives | undefined) => void) | null;
}

/** The keys of one entity fetch in one request. */
export interface RequestedKeys {
  part: RequestPart;
  keys: CollectedKeys;
  /** Caches their entities. */
  store: ((directives: CacheDirectives | undefined) => void) | null;
}

/**
 * Attaches cached entities to their results; the others are left to fetch.
 * @param collected the keys of the parts, in their order.
 * @returns null if none can be cached.
 */
export function readCachedEntities(
  { target }: CompiledFetch,
  parts: readonly RequestPart[],
  collected: readonly CollectedKeys[],
  entities: EntityCache,
  variables: ClientVariables,
  scope: SubgraphScope,
): Promise<EntityFetchKeys[]> | null {
  if (target.kind !== 'remote') return null;
  const names = parts.map(({ entityFetch: { entityFetch }, context }, index) =>
    cachedEntityNames(
      entityFetch,
      target.client.name,
      collected[index] as CollectedKeys,
      variables,
      scope,
      context?.values,
    ),
  );
  const every = names.flatMap((each) => each ?? []);
  if (every.length === 0) return null;
  return entities.read(every).then(({ found, secondsLeft, epoch }) => {
    recordEpoch(scope, epoch);
    scope.cacheability?.limitAge(secondsLeft);
    let offset = 0;
    return collected.map((all, index): EntityFetchKeys => {
      const own = names[index];
      const part = parts[index] as RequestPart;
      if (!own) return { part, all, uncached: all, store: null };
      const known = found.slice(offset, offset + own.length).map(parseEntity);
      offset += own.length;
      const uncached = attachCached(all, known);
      const left = own.filter((_, at) => known[at] === undefined);
      const { cachePolicy } = part.entityFetch.entityFetch;
      return {
        part,
        all,
        uncached,
        store: (start, end, directives) => {
          const taken = sliceKeys(uncached, start, end);
          const found = entitiesToStore(taken, left.slice(start, end), cachePolicy as EntityCachePolicy, directives);
          if (found.length === 0 && directives) entities.recordRestriction(target.client.name, directives.text);
          entities.write(found, epoch);
        },
      };
    });
  });
}

/** The entities of one of a fetch's entity fetches, in all of its parts. */
export function entitiesIn(requested: readonly EntityFetchKeys[], index: number): unknown[] {
  return requested.flatMap(({ part, all }) => (part.index === index ? all.results.map(({ entity }) => entity) : []));
}

/** The keys that one range of a request stands for. */
export function requestedKeys(
  requested: readonly EntityFetchKeys[],
  { entityFetch, start, end }: KeyRange,
): RequestedKeys {
  const { part, uncached, store } = requested[entityFetch] as EntityFetchKeys;
  return {
    part,
    keys: sliceKeys(uncached, start, end),
    store: store && ((directives) => store(start, end, directives)),
  };
}

/** Arguments that find the entities of lists of keys. */
export function keyArguments(parts: readonly RequestedKeys[]): KeyArguments {
  return parts.flatMap(({ part, keys }) => {
    const args = listArguments(part.arguments, part.entityFetch.entryPoint.argsFromKeys?.(keys.keys) ?? {});
    return part.context ? [...part.context.values, ...args] : args;
  });
}

/** Arguments that find entities one by one, in one request. */
export function repeatedArguments(parts: readonly RequestedKeys[]): KeyArguments {
  return parts.flatMap(({ part: { arguments: args, entityFetch }, keys }) =>
    keys.originals.flatMap((original, index) => {
      const values = entityFetch.entryPoint.args?.(original) ?? {};
      return args.map(({ name, variable }) => ({
        variable: repeatedVariable(variable, index),
        value: ownValue(values, name),
      }));
    }),
  );
}
