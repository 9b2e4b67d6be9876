// Plan execution: each fetch of a compiled plan starts as soon as the fetches it depends on are done; failures stay
// local.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityCache } from '../cache/entity-cache.ts';
import { bothEscapes, type EscapeSet } from '../json/escape-set.ts';
import type { DeniedFieldsByName, Fetch, KeyField } from '../query-plan/plan.ts';
import type { SubgraphResponse } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import { failedSubgraph } from './client-errors.ts';
import type { CompiledEntityFetch, CompiledFetch, CompiledPlan } from './compiled-plan.ts';
import { isDataLost } from './complete.ts';
import {
  type EntityFetchKeys,
  keyArguments,
  type RequestedKeys,
  readCachedEntities,
  repeatedArguments,
  requestedKeys,
} from './entity-requests.ts';
import type { ExecutionState } from './execution-state.ts';
import { badResponse, distinct, type ErrorReporting, errorsOf, maskedError, withoutPath } from './fetch-errors.ts';
import type { FieldError } from './field-error.ts';
import { EntityResult, entityResultIn, type ResponseObject, slotProperty } from './hot-path/index.ts';
import type { CollectedKeys, NullReasons } from './keys.ts';
import type { ErrorNames } from './mapped-extensions.ts';
import { type ClientVariables, type KeyArguments, MAX_REPEATS, type UpstreamDocument } from './request-body.ts';
import { splitKeys } from './split-keys.ts';
import { EntityTaker } from './take-entities.ts';
import { executeLocal } from './target.ts';
import { UpstreamErrors } from './upstream-errors.ts';

export interface RunOptions extends ErrorReporting {
  variables: ClientVariables;
  deniedFields: DeniedFieldsByName;
  /**
   * For a client with a view: maps the names in errors' extensions to those of the view. Null for the graph's own
   * names.
   */
  errorNames: ErrorNames | null;
  /** Entity cache; null where entities are not cached. */
  entities: EntityCache | null;
  /** The event of a subscription: the response of the plan's first fetch, which is not sent then. */
  event?: SubgraphResponse;
}

/**
 * Runs all fetches of a plan.
 * @throws any exception of a defect in the plan or in the execution: no part of the response can be used then.
 */
export function runPlan(compiled: CompiledPlan, options: RunOptions): Promise<ExecutionState> {
  return new Promise((resolve, reject) => new Run(compiled, options, resolve, reject).start());
}

const noErrors: readonly FieldError[] = [];

class Run implements ExecutionState {
  readonly root: ResponseObject = {};
  readonly errors = new UpstreamErrors();
  readonly deniedFields: DeniedFieldsByName;
  readonly maxErrors: number;
  readonly errorNames: ErrorNames | null;
  readonly failures: (FieldError[] | undefined)[] = [];
  clean = true;
  isCancelled = false;
  notBegun: number | null = null;
  escapes: EscapeSet = '';
  readonly #compiled: CompiledPlan;
  readonly #options: RunOptions;
  readonly #done: (state: ExecutionState) => void;
  readonly #crashed: (error: unknown) => void;
  readonly #objects: ResponseObject[][] = [];
  readonly #waitingFor: number[];
  /**
   * Runs resolvers in the async context of the request, since responses arrive in another one. Null where no resolver
   * runs after a response.
   */
  readonly #inContext: ((execute: () => void) => void) | null;
  #left: number;
  #over = false;

  constructor(
    compiled: CompiledPlan,
    options: RunOptions,
    done: (state: ExecutionState) => void,
    crashed: (error: unknown) => void,
  ) {
    this.#compiled = compiled;
    this.#options = options;
    this.deniedFields = options.deniedFields;
    this.maxErrors = options.maxErrors;
    this.errorNames = options.errorNames;
    this.#done = done;
    this.#crashed = crashed;
    this.#left = compiled.fetches.length;
    this.#inContext = compiled.resolvesLater ? AsyncLocalStorage.snapshot() : null;
    this.#waitingFor = compiled.fetches.map(({ fetch }) => fetch.dependsOn.length);
  }

  start(): void {
    this.#guarded(() => {
      this.#end();
      for (const fetch of this.#compiled.fetches) if (fetch.fetch.dependsOn.length === 0) this.#launch(fetch);
    });
  }

  /**
   * Responses arrive in callbacks of the network: an exception there would end the process. A response for a client
   * that has disconnected ends the run.
   */
  #guarded(step: () => void): void {
    if (this.#over) return;
    if (this.#options.scope.cancellation.cancelled) {
      this.#over = true;
      this.isCancelled = true;
      this.#done(this);
      return;
    }
    try {
      step();
    } catch (error) {
      this.#over = true;
      this.#crashed(error);
    }
  }

  #launch(compiled: CompiledFetch): void {
    if (compiled.fetch.slot !== null) this.#requestRoot(compiled, compiled.fetch.slot);
    else this.#requestKeys(compiled);
  }

  #requestRoot(compiled: CompiledFetch, slot: number): void {
    const result = new EntityResult();
    this.root[slotProperty(slot)] = result;
    const settle = (response: SubgraphResponse | null) => {
      const data = this.#dataOf(compiled, response);
      if (data) {
        result.entity = data;
        this.#collect(compiled, data, null);
      }
      this.#finish(compiled);
    };
    const { event } = this.#options;
    if (event) settle(event);
    else this.#send(compiled, compiled.documents.whole, [], settle);
  }

  /** Requests the entities of all entity fetches of a fetch, except those that are cached. */
  #requestKeys(compiled: CompiledFetch): void {
    const collected = compiled.entityFetches.map((entityFetch) => this.#collectKeys(entityFetch));
    const reading = compiled.fetch.repeat ? null : this.#readCached(compiled, collected);
    if (!reading) {
      this.#request(
        compiled,
        collected.map((keys) => ({ all: keys, uncached: keys, store: null })),
      );
      return;
    }
    reading.then(
      (requested) =>
        this.#guarded(() => {
          // Cached texts were not searched for characters that JSON escapes.
          if (requested.some(({ all, uncached }) => uncached.keys.length < all.keys.length)) this.escapes = null;
          this.#request(compiled, requested);
        }),
      (error) =>
        this.#guarded(() => {
          throw error;
        }),
    );
  }

  #readCached(compiled: CompiledFetch, collected: readonly CollectedKeys[]): Promise<EntityFetchKeys[]> | null {
    const { entities, scope, variables } = this.#options;
    // Data that is fetched after a mutation's change, or for an event, must not be from before it.
    if (!entities || this.#compiled.plan.operation !== 'query') return null;
    return readCachedEntities(compiled, collected, entities, variables, scope);
  }

  /** Requests the uncached keys, in as many requests as they need; each has its own keys, and fails on its own. */
  #request(compiled: CompiledFetch, requested: readonly EntityFetchKeys[]): void {
    const { repeat } = compiled.fetch;
    const counts = requested.map(({ uncached }) => uncached.keys.length);
    const requests = splitKeys(counts, repeat ? Math.min(MAX_REPEATS, compiled.maxKeys) : compiled.maxKeys);
    let left = requests.length;
    const finish = () => {
      this.#collectAll(compiled, requested);
      this.#finish(compiled);
    };
    if (left === 0) finish();
    for (const ranges of requests) {
      const parts = ranges.map((range) => requestedKeys(compiled, requested, range));
      const settle = (response: SubgraphResponse | null) => {
        const data = this.#dataOf(compiled, response);
        for (const { entityFetch, keys } of parts) {
          if (data) this.#takeEntities(compiled, entityFetch, keys, data);
          else for (const result of keys.results) result.errors = this.failures[compiled.fetch.id];
        }
        if (data && !response?.errors) for (const { store } of parts) store?.(response?.directives);
        left -= 1;
        if (left === 0) finish();
      };
      const { documents } = compiled;
      const [{ keys }] = parts as [RequestedKeys];
      if (repeat) this.#send(compiled, documents.repeated(repeat, keys.keys.length), repeatedArguments(parts), settle);
      else
        this.#send(compiled, documents.of(ranges.map(({ entityFetch }) => entityFetch)), keyArguments(parts), settle);
    }
  }

  #collectAll(compiled: CompiledFetch, requested: readonly EntityFetchKeys[]): void {
    if (compiled.entityPaths.length === 0) return;
    requested.forEach(({ all }, index) => {
      this.#collect(compiled, entitiesOf(all), (compiled.entityFetches[index] as CompiledEntityFetch).entityFetch.id);
    });
  }

  #collectKeys(entityFetch: CompiledEntityFetch): CollectedKeys {
    const keys = entityFetch.collectKeys(this.#objects, this.errors.some ? this.#nullReasons : null);
    for (const { missing, result } of keys.keyless) {
      result.entity = null;
      result.isKeyless = true;
      result.errors = (missing.reasons ?? this.#missingReasons(missing.object, missing.field))?.map(withoutPath);
      if (result.errors) this.clean = false;
    }
    if (keys.unusable.length > 0) this.#reportUnusable(keys.unusable, entityFetch.entityFetch.type);
    return keys;
  }

  /** A key that is not a value of its type is an error of the subgraph that returned it, at its object's place. */
  #reportUnusable(unusable: CollectedKeys['unusable'], type: string): void {
    const { plan, entityFetches } = this.#compiled;
    const errors = new Map<string, FieldError>();
    this.clean = false;
    for (const { field, entityPath, result } of unusable) {
      const source = field.slot === null ? plan.entityPaths[entityPath] : entityFetches.get(field.slot)?.entityFetch;
      const { subgraph } = plan.fetches[source?.fetch ?? 0] as Fetch;
      let error = errors.get(subgraph);
      if (!error) {
        const value = `the value of ${field.name}`;
        const detail = `a key of ${type} cannot be sent to other services: ${value} is not of its type`;
        this.#options.onSubgraphErrors(subgraph, [{ message: detail }], this.#options.scope);
        error = failedSubgraph(new SubgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
        errors.set(subgraph, error);
      }
      result.errors = [error];
    }
  }

  #takeEntities(
    compiled: CompiledFetch,
    entityFetch: CompiledEntityFetch,
    keys: CollectedKeys,
    data: ResponseObject,
  ): void {
    const report = (detail: string) => {
      this.clean = false;
      this.#options.onSubgraphErrors(compiled.fetch.subgraph, [{ message: detail }], this.#options.scope);
      return badResponse(compiled, detail);
    };
    const taker = new EntityTaker(this.errors, entityFetch, report);
    if (!compiled.fetch.repeat) taker.takeList(keys, data);
    else for (const [index, result] of keys.results.entries()) taker.take(result, data, `_${index}`);
  }

  #collect(compiled: CompiledFetch, start: unknown, entityFetch: number | null): void {
    for (const entityPath of compiled.entityPaths) {
      if (entityPath.entityFetch === entityFetch)
        this.#objects[entityPath.id] = entityPath.collect(Array.isArray(start) ? start : [start]);
    }
  }

  #send(
    compiled: CompiledFetch,
    document: UpstreamDocument,
    keys: KeyArguments,
    settle: (response: SubgraphResponse | null) => void,
  ): void {
    const { target } = compiled;
    const { variables, scope } = this.#options;
    const settled = (error: unknown, response: SubgraphResponse | null) =>
      this.#guarded(() => {
        if (error)
          this.#fail(compiled, [
            error instanceof SubgraphError ? failedSubgraph(error) : maskedError(error, this.#options.mask),
          ]);
        settle(error ? null : response);
      });
    if (target.kind === 'local') {
      const execute = () => executeLocal(target, document.parsed, document.values(variables, keys), scope, settled);
      if (this.#inContext) this.#inContext(execute);
      else execute();
      return;
    }
    const client = this.#compiled.plan.operation === 'query' ? target.queries : target.client;
    client.execute(document.body(variables, keys), scope, settled, compiled.hasCustomScalars);
  }

  /** The data of a response, with its errors located in it; null if there is none. */
  #dataOf(compiled: CompiledFetch, response: SubgraphResponse | null): ResponseObject | null {
    if (!response) return null;
    this.escapes = bothEscapes(this.escapes, response.escapes ?? null);
    const errors = response.errors ? errorsOf(compiled, response.errors, this.#options) : noErrors;
    if (!response.data) {
      this.#fail(compiled, errors.length > 0 ? distinct(errors) : [badResponse(compiled, 'no data')]);
      return null;
    }
    const data = response.isShared ? compiled.ownCopy(response.data) : response.data;
    if (errors.length > 0) {
      this.clean = false;
      for (const error of errors) this.errors.locate(error, data);
    }
    return data;
  }

  #fail(compiled: CompiledFetch, errors: readonly FieldError[]): void {
    this.clean = false;
    const shown = errors.slice(0, this.maxErrors);
    this.errors.omit(errors.length - shown.length);
    for (const error of shown) this.errors.add(error);
    // Below a root field, an error's path tells which field it is; below an entity fetch, it leads to no place of the
    // response.
    this.failures[compiled.fetch.id] = compiled.fetch.slot === null ? shown.map(withoutPath) : shown;
  }

  /**
   * The errors because of which a property of an object is missing: those of the place that it should have come from.
   */
  #missingReasons(object: ResponseObject, { slot, property }: KeyField): readonly FieldError[] | undefined {
    if (slot === null) return this.errors.at(object, property);
    const result = entityResultIn(object, slot);
    if (result?.entity) return this.errors.at(result.entity, property);
    if (result?.entity === null) return result.errors;
    const entityFetch = this.#compiled.entityFetches.get(slot);
    return result?.errors ?? (entityFetch ? this.failures[entityFetch.entityFetch.fetch] : undefined);
  }

  readonly #nullReasons: NullReasons = (object, field, value) =>
    value === null || value === undefined ? this.#missingReasons(object, field) : this.errors.below(value);

  #finish(compiled: CompiledFetch): void {
    for (const entityPath of compiled.entityPaths) this.#objects[entityPath.id] ??= [];
    this.#left -= 1;
    for (const id of compiled.dependents) {
      const waiting = (this.#waitingFor[id] as number) - 1;
      this.#waitingFor[id] = waiting;
      if (waiting > 0) continue;
      const next = this.#compiled.fetches[id] as CompiledFetch;
      if (this.#isPointless(next)) return;
      this.#launch(next);
    }
    this.#end();
  }

  /** Whether a mutation follows one whose failure has made all data null. It is not begun then, and the run ends. */
  #isPointless({ fetch: { slot, operation } }: CompiledFetch): boolean {
    if (slot === null || operation !== 'mutation' || !isDataLost(this.#compiled, this, slot)) return false;
    this.clean = false;
    this.notBegun = slot;
    this.#left = 0;
    this.#end();
    return true;
  }

  /** A local fetch may be done before the call that started it returns: the run ends only once. */
  #end(): void {
    if (this.#left > 0 || this.#over) return;
    this.#over = true;
    this.#done(this);
  }
}

function entitiesOf({ results }: CollectedKeys): unknown[] {
  return results.map((result) => result.entity);
}
