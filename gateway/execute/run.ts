// Plan execution: each fetch starts as soon as those that it depends on are done; failures stay local.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SubgraphResponse } from '../transport/subgraph-client.ts';
import { BudgetUse } from './budget-use.ts';
import type { CompiledFetch, CompiledPlan, RequestPart } from './compiled-plan.ts';
import { isDataLost } from './complete.ts';
import {
  type EntityFetchKeys,
  entitiesIn,
  keyArguments,
  readCachedEntities,
  repeatedArguments,
  requestedKeys,
} from './entity-requests.ts';
import { type ExecutionState, type RunOptions, RunState } from './execution-state.ts';
import { EntityResult, type ResponseObject, slotProperty } from './hot-path/index.ts';
import { type KeyArguments, MAX_REPEATS, type UpstreamDocument } from './request-body.ts';
import { collectParts, documentOf } from './request-parts.ts';
import { splitKeys } from './split-keys.ts';
import { takeResponse } from './take-entities.ts';
import { executeLocal } from './target.ts';

/**
 * Runs all fetches of a plan.
 * @throws any exception of a defect in the plan or in the execution: no part of the response can be used then.
 */
export function runPlan(compiled: CompiledPlan, options: RunOptions): Promise<ExecutionState> {
  return new Promise((resolve, reject) => new Run(compiled, options, resolve, reject).start());
}

class Run {
  readonly #state: RunState;
  readonly #compiled: CompiledPlan;
  readonly #options: RunOptions;
  readonly #done: (state: ExecutionState) => void;
  readonly #crashed: (error: unknown) => void;
  readonly #objects: ResponseObject[][] = [];
  readonly #waitingFor: number[];
  /** Runs resolvers in the request's async context: responses arrive in another. */
  readonly #inContext: (execute: () => void) => void;
  #budgetUse: BudgetUse | null = null;
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
    this.#state = new RunState(compiled, options);
    options.progress?.begin(this.#state);
    this.#done = done;
    this.#crashed = crashed;
    this.#left = compiled.fetches.length;
    this.#inContext = compiled.resolvesLater ? AsyncLocalStorage.snapshot() : (execute) => execute();
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
      this.#state.isCancelled = true;
      this.#done(this.#state);
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
    this.#state.root[slotProperty(slot)] = result;
    const settle = (response: SubgraphResponse | null) => {
      const data = this.#state.dataOf(compiled, response);
      if (data) {
        result.entity = data;
        this.#collect(compiled, data, null);
      }
      this.#finish(compiled);
    };
    const { event } = this.#options;
    if (event) settle(event);
    else if (this.#charge(compiled, [])) this.#send(compiled, compiled.documents.whole, [], settle);
    else settle(null);
  }

  /** Requests the entities of all entity fetches of a fetch, except those that are cached. */
  #requestKeys(compiled: CompiledFetch): void {
    const { parts, collected } = collectParts(compiled, this.#state, this.#objects);
    const { entities, scope, variables } = this.#options;
    // Data that is fetched after a mutation's change, or for an event, must not be from before it.
    const mayBeCached = !compiled.fetch.repeat && this.#compiled.plan.operation === 'query';
    const reading =
      entities && mayBeCached ? readCachedEntities(compiled, parts, collected, entities, variables, scope) : null;
    if (!reading) {
      this.#request(
        compiled,
        collected.map((keys, index) => ({ part: parts[index] as RequestPart, all: keys, uncached: keys, store: null })),
      );
      return;
    }
    reading.then(
      (requested) =>
        this.#guarded(() => {
          // Cached texts were not searched for characters that JSON escapes.
          if (requested.some(({ all, uncached }) => uncached.keys.length < all.keys.length)) this.#state.escapes = null;
          this.#request(compiled, requested);
        }),
      (error) =>
        this.#guarded(() => {
          throw error;
        }),
    );
  }

  /** Requests the uncached keys, in as many requests as they need; each has its own keys, and fails on its own. */
  #request(compiled: CompiledFetch, requested: readonly EntityFetchKeys[]): void {
    const { repeat, id } = compiled.fetch;
    const counts = requested.map(({ uncached }) => uncached.keys.length);
    const { fetches } = this.#options.scope;
    if (fetches)
      for (const { all, uncached } of requested) fetches.countKeys(id, all.keys.length, uncached.keys.length);
    const maxKeys = repeat ? Math.min(MAX_REPEATS, compiled.maxKeys) : compiled.maxKeys;
    const requests = splitKeys(counts, maxKeys, compiled.parts ? undefined : MAX_REPEATS);
    let left = requests.length;
    const finish = () => {
      this.#collectAll(compiled, requested);
      this.#finish(compiled);
    };
    if (left === 0) finish();
    const isSent = left > 0 && this.#charge(compiled, requested);
    for (const ranges of requests) {
      const parts = ranges.map((range) => requestedKeys(requested, range));
      const settle = (response: SubgraphResponse | null) => {
        takeResponse(this.#state, compiled, parts, response);
        left -= 1;
        if (left === 0) finish();
      };
      const args = repeat ? repeatedArguments(parts) : keyArguments(parts);
      if (isSent) this.#send(compiled, documentOf(compiled, parts), args, settle);
      else settle(null);
    }
  }

  /** Charges a fetch to the budget of its subgraph. One that is left out fails. */
  #charge(compiled: CompiledFetch, requested: readonly EntityFetchKeys[]): boolean {
    if (!compiled.budget) return true;
    this.#budgetUse ??= new BudgetUse(this.#options);
    const error = this.#budgetUse.charge(compiled, requested);
    if (error) this.#state.fail(compiled, error);
    return error === null;
  }

  #collectAll(compiled: CompiledFetch, requested: readonly EntityFetchKeys[]): void {
    if (compiled.entityPaths.length === 0) return;
    compiled.entityFetches.forEach(({ entityFetch }, index) => {
      const all = compiled.parts ? requested[index]?.all.results.map((result) => result.entity) : null;
      this.#collect(compiled, all ?? entitiesIn(requested, index), entityFetch.id);
    });
  }

  #collect(compiled: CompiledFetch, start: unknown, entityFetch: number | null): void {
    const starts = Array.isArray(start) ? start : [start];
    for (const entityPath of compiled.entityPaths)
      if (entityPath.entityFetch === entityFetch) this.#objects[entityPath.id] = entityPath.collect(starts);
  }

  #send(
    compiled: CompiledFetch,
    document: UpstreamDocument,
    keys: KeyArguments,
    settle: (response: SubgraphResponse | null) => void,
  ): void {
    const { target, fetch } = compiled;
    const { variables, scope } = this.#options;
    const record = target.kind === 'local' ? scope.fetches?.execute(fetch.id, fetch.subgraph) : null;
    const settled = (error: unknown, response: SubgraphResponse | null) =>
      this.#guarded(() => {
        record?.end(error ? 'INTERNAL_SERVER_ERROR' : 'ok');
        if (error) this.#state.fail(compiled, error);
        settle(error ? null : response);
      });
    if (target.kind === 'local') {
      const values = document.values(variables, keys);
      this.#inContext(() => executeLocal(target, document.parsed, values, scope, settled));
      return;
    }
    const client = this.#compiled.plan.operation === 'query' ? target.queries : target.client;
    const body = document.body(variables, keys);
    scope.fetches?.launch(fetch.id, client.name, body);
    client.execute(body, scope, settled, compiled.profile);
  }

  #finish(compiled: CompiledFetch): void {
    for (const entityPath of compiled.entityPaths) this.#objects[entityPath.id] ??= [];
    this.#options.progress?.finish(compiled.fetch.id);
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
    if (slot === null || operation !== 'mutation') return false;
    this.#state.attachCounterparts(this.#objects);
    if (!isDataLost(this.#compiled, this.#state, slot)) return false;
    this.#state.clean = false;
    this.#state.notBegun = slot;
    this.#left = 0;
    this.#end();
    return true;
  }

  /** A local fetch may be done before the call that started it returns: the run ends only once. */
  #end(): void {
    if (this.#left > 0 || this.#over) return;
    this.#over = true;
    if (this.#compiled.plan.counterparts) this.#state.attachCounterparts(this.#objects);
    this.#done(this.#state);
  }
}
