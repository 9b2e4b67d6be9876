// Execution state: the data and errors of a plan's fetches, as they arrive and as the response is built from them.
import type { EntityCache } from '../cache/entity-cache.ts';
import { bothEscapes, type EscapeSet } from '../json/escape-set.ts';
import type { DeniedFieldsByName, Fetch, KeyField } from '../query-plan/plan.ts';
import type { InjectedFaults } from '../transport/injected-faults.ts';
import type { SubgraphResponse } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import { failedSubgraph } from './client-errors.ts';
import type { CompiledEntityFetch, CompiledFetch, CompiledPlan } from './compiled-plan.ts';
import type { ContextCollector, ContextKeys } from './context-keys.ts';
import { attachCounterparts, type CounterpartReasons } from './counterparts.ts';
import { badResponse, distinct, type ErrorReporting, errorsOf, maskedError, withoutPath } from './fetch-errors.ts';
import type { FieldError } from './field-error.ts';
import { entityResultIn, type ResponseObject } from './hot-path/index.ts';
import { Missing, type NullReasons } from './key-objects.ts';
import type { CollectedKeys } from './keys.ts';
import type { ErrorNames } from './mapped-extensions.ts';
import type { ClientVariables } from './request-body.ts';
import { UpstreamErrors } from './upstream-errors.ts';

/** The results of a run when all its fetches are done, with the reasons for missing ones. */
export interface ExecutionState {
  /** The root object, with the responses of the root fetches in its slots. */
  root: ResponseObject;
  errors: UpstreamErrors;
  deniedFields: DeniedFieldsByName;
  /** The errors of fetches that returned nothing, by their ids. */
  failures: (FieldError[] | undefined)[];
  /** True when there was no problem: the response can be written without looking for reasons. */
  clean: boolean;
  /** Whether the run ended early, since its client has disconnected: the response is not completed. */
  isCancelled: boolean;
  /**
   * The slot of the first root fetch that was not begun, since a mutation before it has lost all data; null
   * otherwise.
   */
  notBegun: number | null;
  /** Errors in the response; one more counts those beyond. */
  maxErrors: number;
  /**
   * For a client with a view: maps the names in errors' extensions to those of the view. Null for the graph's own
   * names.
   */
  errorNames: ErrorNames | null;
  /** Faults of fields; null or undefined without any. */
  faults?: InjectedFaults | null;
  /** Characters that strings in the responses must be searched for before they are written. */
  escapes: EscapeSet;
}

export interface StateOptions extends ErrorReporting {
  deniedFields: DeniedFieldsByName;
  /**
   * For a client with a view: maps the names in errors' extensions to those of the view. Null for the graph's own
   * names.
   */
  errorNames: ErrorNames | null;
}

export interface RunOptions extends StateOptions {
  variables: ClientVariables;
  /** Entity cache; null where entities are not cached. */
  entities: EntityCache | null;
  /** Learns of each fetch that is done, where the response comes in parts. */
  progress?: { begin(state: ExecutionState): void; finish(fetch: number): void };
  /** The event of a subscription: the response of the plan's first fetch, which is not sent then. */
  event?: SubgraphResponse;
}

const noErrors: readonly FieldError[] = [];

/** The state of a run whose fetches are being executed. */
export class RunState implements ExecutionState {
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
  faults: InjectedFaults | null = null;
  readonly #compiled: CompiledPlan;
  readonly #options: StateOptions;

  constructor(compiled: CompiledPlan, options: StateOptions) {
    this.#compiled = compiled;
    this.#options = options;
    this.deniedFields = options.deniedFields;
    this.maxErrors = options.maxErrors;
    this.errorNames = options.errorNames;
    const { faults } = options.scope;
    if (!faults?.hasFields) return;
    this.clean = false;
    this.faults = faults;
  }

  /** The data of a response, with its errors located in it; null if there is none. */
  dataOf(compiled: CompiledFetch, response: SubgraphResponse | null): ResponseObject | null {
    if (!response) return null;
    this.escapes = bothEscapes(this.escapes, response.escapes ?? null);
    const errors = response.errors ? errorsOf(compiled, response, this.#options) : noErrors;
    if (!response.data) {
      const failed = errors.length > 0 ? distinct(errors) : [badResponse(compiled, 'no data')];
      this.#fail(compiled, response.isOutage ? failed.map((error) => error.asOutage()) : failed);
      return null;
    }
    const data = response.isShared ? compiled.ownCopy(response.data) : response.data;
    if (errors.length > 0) {
      this.clean = false;
      for (const error of errors) this.errors.locate(error, data);
    }
    return data;
  }

  /** Records the error of a fetch that has no response. */
  fail(compiled: CompiledFetch, error: unknown): void {
    const { mask } = this.#options;
    if (!(error instanceof SubgraphError)) this.#fail(compiled, [maskedError(error, mask)]);
    else this.#fail(compiled, [error.isOutage ? failedSubgraph(error).asOutage() : failedSubgraph(error)]);
  }

  #fail(compiled: CompiledFetch, errors: readonly FieldError[]): void {
    this.clean = false;
    const shown = errors.slice(0, this.maxErrors);
    this.errors.omit(errors.length - shown.length);
    for (const error of shown) this.errors.add(error);
    // Below a root field, an error's path names the field; below an entity fetch, it leads to no place of the
    // response.
    this.failures[compiled.fetch.id] = compiled.hasWholeData ? shown : shown.map(withoutPath);
  }

  /** Attaches counterparts to the objects of the responses, in all those that are there. */
  attachCounterparts(objects: readonly (readonly ResponseObject[])[]): void {
    const { counterparts = [] } = this.#compiled.plan;
    for (const counterpart of counterparts) {
      const { parents } = counterpart;
      attachCounterparts(counterpart, parents === null ? [this.root] : (objects[parents] ?? []), this.#reasons);
    }
  }

  readonly #reasons: CounterpartReasons = {
    missing: (object, { slot, property }) => {
      this.clean = false;
      const place = { slot, property };
      const reasons = this.#missingReasons(object, place) ?? this.#rootFailure(slot);
      return reasons?.map(withoutPath);
    },
    unmatched: ({ subgraph, other }) => {
      const detail = `${other.property} does not match what other services return there`;
      this.#options.onSubgraphErrors(subgraph, [{ message: detail }], this.#options.scope);
      return failedSubgraph(new SubgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
    },
  };

  #rootFailure(slot: number | null): readonly FieldError[] | undefined {
    const fetch = slot === null ? undefined : this.#compiled.plan.fetches.find((each) => each.slot === slot);
    return fetch && this.failures[fetch.id];
  }

  /**
   * The errors because of which a property of an object is missing: those of the place that it should have come from.
   */
  #missingReasons(
    object: ResponseObject,
    { slot, property }: Pick<KeyField, 'slot' | 'property'>,
  ): readonly FieldError[] | undefined {
    if (slot === null) return this.errors.at(object, property);
    const result = entityResultIn(object, slot);
    if (result?.entity) return this.errors.at(result.entity, property);
    if (result?.entity === null) return result.errors;
    const entityFetch = this.#compiled.entityFetches.get(slot);
    return result?.errors ?? (entityFetch ? this.failures[entityFetch.entityFetch.fetch] : undefined);
  }

  readonly #nullReasons: NullReasons = (object, field, value) =>
    value === null || value === undefined ? this.#missingReasons(object, field) : this.errors.below(value);

  /**
   * Collects the keys of an entity fetch. Objects whose key is missing or unusable have their results at once.
   * @param objects by entity path.
   */
  collectKeys({ entityFetch, collectKeys }: CompiledEntityFetch, objects: readonly ResponseObject[][]): CollectedKeys {
    const keys = collectKeys(objects, this.errors.some ? this.#nullReasons : null);
    this.#settleKeyless(keys, entityFetch.type);
    return keys;
  }

  #settleKeyless(keys: CollectedKeys, type: string): void {
    for (const { missing, result } of keys.keyless) {
      result.entity = null;
      result.isKeyless = true;
      result.errors = (missing.reasons ?? this.#missingReasons(missing.object, missing.field))?.map(withoutPath);
      if (result.errors) this.clean = false;
    }
    if (keys.unusable.length > 0) this.#reportUnusable(keys.unusable, type);
  }

  /**
   * As `collectKeys`, with the values of enclosing objects. Objects without a value have their results at once.
   * @param objects by entity path; receives the copies of those that stand for two.
   */
  collectContexts(
    { entityFetch }: CompiledEntityFetch,
    collect: ContextCollector,
    objects: readonly ResponseObject[][],
  ): ContextKeys[] {
    const { groups, failures, copies } = collect(objects, this.errors.some ? this.#nullReasons : null);
    for (const { failure, entityPath, result } of failures) {
      const isMissing = failure instanceof Missing;
      const reasons = isMissing ? (failure.reasons ?? this.#missingReasons(failure.object, failure.field)) : undefined;
      if (reasons) {
        this.clean = false;
        result.entity = null;
        result.isKeyless = true;
        result.errors = reasons.map(withoutPath);
      } else this.#reportUnusable([{ field: failure.field, entityPath, result }], entityFetch.type);
    }
    for (const { keys } of groups) this.#settleKeyless(keys, entityFetch.type);
    for (const { original, copy } of copies) this.errors.copy(original, copy);
    return groups;
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

  /** Records and logs a problem of a fetch's response. @returns the error for clients. */
  reportBadResponse(compiled: CompiledFetch, detail: string): FieldError {
    this.clean = false;
    this.#options.onSubgraphErrors(compiled.fetch.subgraph, [{ message: detail }], this.#options.scope);
    return badResponse(compiled, detail);
  }
}
