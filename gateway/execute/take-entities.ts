// Entity assignment: takes each entity of a response from its row and attaches it, or the errors in its place, to its
// key.

import type { SubgraphResponse } from '../transport/subgraph-client.ts';
import type { CompiledEntityFetch, CompiledFetch, RequestPart } from './compiled-plan.ts';
import type { RequestedKeys } from './entity-requests.ts';
import type { RunState } from './execution-state.ts';
import type { FieldError } from './field-error.ts';
import { type EntityResult, type ResponseObject, readProperty } from './hot-path/index.ts';
import type { CollectedKeys } from './keys.ts';
import type { RowMatcher } from './match-rows.ts';
import type { UpstreamErrors } from './upstream-errors.ts';

/**
 * Takes the entities of one response, and caches them.
 * @param parts the entity fetches of its request.
 */
export function takeResponse(
  state: RunState,
  compiled: CompiledFetch,
  parts: readonly RequestedKeys[],
  response: SubgraphResponse | null,
): void {
  const data = state.dataOf(compiled, response);
  for (const { part, keys } of parts) {
    if (data) takeEntities(state, compiled, part, keys, data);
    else if (!compiled.hasWholeData)
      for (const result of keys.results) result.errors = state.failures[compiled.fetch.id];
  }
  // Header fields for the client would be missing where the entities come from the cache.
  if (data && !response?.errors && !response?.headers) for (const { store } of parts) store?.(response?.directives);
}

/** Takes the entities of one entity fetch, for these keys, from the data of one response. */
function takeEntities(
  state: RunState,
  compiled: CompiledFetch,
  part: RequestPart,
  keys: CollectedKeys,
  data: ResponseObject,
): void {
  if (compiled.hasWholeData) {
    for (const result of keys.results) result.entity = data;
    return;
  }
  const report = (detail: string) => state.reportBadResponse(compiled, detail);
  const taker = new EntityTaker(state.errors, part, report);
  if (!compiled.fetch.repeat) taker.takeList(keys, data);
  else for (const [index, result] of keys.results.entries()) taker.take(result, data, `_${index}`);
}

class EntityTaker {
  readonly #errors: UpstreamErrors;
  readonly #entityFetch: CompiledEntityFetch;
  readonly #alias: string;
  readonly #report: (detail: string) => FieldError;
  #badResponse: FieldError | undefined;

  /** @param report logs a problem of the response; returns the error for clients. */
  constructor(errors: UpstreamErrors, { alias, entityFetch }: RequestPart, report: (detail: string) => FieldError) {
    this.#errors = errors;
    this.#alias = alias;
    this.#entityFetch = entityFetch;
    this.#report = report;
  }

  /** Takes the entities of a list, for all these keys. */
  takeList(keys: CollectedKeys, data: ResponseObject): void {
    const { entryPoint, rowMatcher } = this.#entityFetch;
    const { valuesFromResults } = entryPoint;
    const results = readProperty(data, this.#alias);
    const rows = valuesFromResults && results ? valuesFromResults(results, keys.keys) : results;
    const isList = Array.isArray(rows);
    if (isList && rowMatcher && !rowMatcher.isInOrder(rows, keys.originals)) {
      this.#takeRows(keys, rows, rowMatcher);
      return;
    }
    if (isList && rows.length === keys.keys.length) {
      for (let index = 0; index < rows.length; index++) this.take(keys.results[index] as EntityResult, rows, index);
      return;
    }
    const why = this.#errors.at(data, this.#alias) ?? [
      this.#bad(`${isList ? rows.length : 'no'} objects for ${keys.keys.length} keys`),
    ];
    keys.results.forEach((result, index) => {
      result.errors = why.map((error) => error.at(error.path?.[0] === index ? error.path.slice(1) : undefined));
    });
  }

  /** Takes one entity from its place in the response. */
  take(result: EntityResult, container: object, key: string | number): void {
    const entity = (container as Record<string | number, unknown>)[key] ?? null;
    if (this.#errors.some) result.errors = this.#errors.at(container, key);
    if (typeof entity === 'object' && !Array.isArray(entity)) {
      result.entity = entity as ResponseObject | null;
      return;
    }
    result.entity = null;
    const bad = this.#bad('an entity that is no object');
    result.errors ??= [bad];
  }

  /**
   * Takes the entities of a list in another order, or with some left out. An entity without a row is null only if
   * every row belongs to another key: an unmatched row may be its own under another form of its key.
   */
  #takeRows(keys: CollectedKeys, rows: readonly unknown[], matcher: RowMatcher): void {
    const { rowOf, nullRows, problem } = matcher.match(rows, keys.originals);
    const reported = this.#errors.some ? nullRows.flatMap((index) => this.#errors.at(rows, index) ?? []) : [];
    const bad = problem && this.#bad(`${problem} (${rows.length} objects for ${rowOf.length} keys)`);
    rowOf.forEach((row, index) => {
      const result = keys.results[index] as EntityResult;
      if (row >= 0) this.take(result, rows, row);
      else if (reported.length > 0) result.errors = reported;
      else if (bad) result.errors = [bad];
      else result.entity = null;
    });
  }

  /** Reported once for each response, whatever other problems it has. */
  #bad(detail: string): FieldError {
    const { type } = this.#entityFetch.entityFetch;
    this.#badResponse ??= this.#report(`entity fetch of ${type}, response key ${this.#alias}: ${detail}`);
    return this.#badResponse;
  }
}
