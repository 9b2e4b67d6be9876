// Entity requests: of the keys of a fetch, those whose entities are cached, and the arguments of the requests for the
// others.
import type { EntityCache } from '../cache/entity-cache.ts';
import { ownValue } from '../json/json-values.ts';
import type { EntityCachePolicy } from '../query-plan/plan.ts';
import type { CacheDirectives } from '../transport/cache-directives.ts';
import { recordEpoch, type SubgraphScope } from '../transport/subgraph-client.ts';
import { attachCached, cachedEntityNames, entitiesToStore, parseEntity } from './cached-entities.ts';
import type { CompiledEntityFetch, CompiledFetch } from './compiled-plan.ts';
import { type CollectedKeys, sliceKeys } from './keys.ts';
import { type ClientVariables, type KeyArguments, listArguments, repeatedVariable } from './request-body.ts';
import type { KeyRange } from './split-keys.ts';

/** The keys of one entity fetch. */
export interface EntityFetchKeys {
  all: CollectedKeys;
  /** Those whose entities are not cached. */
  uncached: CollectedKeys;
  /** Caches the entities of these keys of `uncached` for later requests, once they have been fetched. */
  store: ((start: number, end: number, directives: CacheDirectives | undefined) => void) | null;
}

/** The keys of one entity fetch in one request. */
export interface RequestedKeys {
  entityFetch: CompiledEntityFetch;
  keys: CollectedKeys;
  /** Caches their entities. */
  store: ((directives: CacheDirectives | undefined) => void) | null;
}

/**
 * Attaches cached entities to their results; the others are left to fetch.
 * @param collected the keys of the fetch's entity fetches, in their order.
 * @returns null if none can be cached.
 */
export function readCachedEntities(
  { target, entityFetches }: CompiledFetch,
  collected: readonly CollectedKeys[],
  entities: EntityCache,
  variables: ClientVariables,
  scope: SubgraphScope,
): Promise<EntityFetchKeys[]> | null {
  if (target.kind !== 'remote') return null;
  const names = entityFetches.map(({ entityFetch }, index) =>
    cachedEntityNames(entityFetch, target.client.name, collected[index] as CollectedKeys, variables, scope),
  );
  const every = names.flatMap((each) => each ?? []);
  if (every.length === 0) return null;
  return entities.read(every).then(({ found, secondsLeft, epoch }) => {
    recordEpoch(scope, epoch);
    scope.cacheability?.limitAge(secondsLeft);
    let offset = 0;
    return collected.map((all, index): EntityFetchKeys => {
      const own = names[index];
      if (!own) return { all, uncached: all, store: null };
      const known = found.slice(offset, offset + own.length).map(parseEntity);
      offset += own.length;
      const uncached = attachCached(all, known);
      const left = own.filter((_, at) => known[at] === undefined);
      const { cachePolicy } = (entityFetches[index] as CompiledEntityFetch).entityFetch;
      return {
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

/** The keys that one range of a request stands for. */
export function requestedKeys(
  compiled: CompiledFetch,
  requested: readonly EntityFetchKeys[],
  { entityFetch, start, end }: KeyRange,
): RequestedKeys {
  const { uncached, store } = requested[entityFetch] as EntityFetchKeys;
  return {
    entityFetch: compiled.entityFetches[entityFetch] as CompiledEntityFetch,
    keys: sliceKeys(uncached, start, end),
    store: store && ((directives) => store(start, end, directives)),
  };
}

/** Arguments that find the entities of lists of keys. */
export function keyArguments(parts: readonly RequestedKeys[]): KeyArguments {
  return parts.flatMap(({ entityFetch: { entityFetch, entryPoint }, keys }) =>
    listArguments(entityFetch, entryPoint.argsFromKeys?.(keys.keys) ?? {}),
  );
}

/** Arguments that find entities one by one, in one request. */
export function repeatedArguments(parts: readonly RequestedKeys[]): KeyArguments {
  return parts.flatMap(({ entityFetch: { entityFetch, entryPoint }, keys }) =>
    keys.originals.flatMap((original, index) => {
      const values = entryPoint.args?.(original) ?? {};
      return entityFetch.arguments.map(({ name, variable }) => ({
        variable: repeatedVariable(variable, index),
        value: ownValue(values, name),
      }));
    }),
  );
}
