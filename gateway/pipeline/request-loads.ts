// Request loads: the entities and nested operations that the resolvers of one operation request from the graph, batched
// and deduplicated for the lifetime of the operation.
import DataLoader from 'dataloader';
import type { ExecutionResult } from 'graphql';

/** An entity, null where no service has it, or the error for which it could not be loaded. */
export type Loaded = Readonly<Record<string, unknown>> | null | Error;

/** The whole graph, for use by resolvers. */
export interface NestedGraph<Context> {
  /** Executes an operation for the caller of a request. */
  executeNested(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    context: Context,
  ): Promise<ExecutionResult>;
  /** Whether a document is a query, whose execution can be shared. */
  isQuery(query: string): boolean;
  /** Loads entities by their ids; one result for each id, in order. */
  load(type: string, ids: readonly unknown[], selection: string, context: Context): Promise<readonly Loaded[]>;
}

/** Maximum number of ids in one nested operation. */
const MAX_BATCH = 500;

export class RequestLoads<Context extends { readonly isChanging: boolean }> {
  readonly #context: Context;
  readonly #graph: NestedGraph<Context>;
  readonly #loaders = new Map<string, DataLoader<unknown, unknown, string>>();
  readonly #queries = new Map<string, Promise<ExecutionResult>>();

  constructor(context: Context, graph: NestedGraph<Context>) {
    this.#context = context;
    this.#graph = graph;
  }

  /** An entity; null where no service has it. Rejects with an error of this entity. */
  load(type: string, id: unknown, selection: string): Promise<unknown> {
    if (id === null || id === undefined) {
      return Promise.reject(new Error(`context.load: give the id of the ${type} to load, not ${id}.`));
    }
    const key = JSON.stringify([type, selection]);
    let loader = this.#loaders.get(key);
    if (!loader) {
      loader = new DataLoader((ids) => this.#batch(type, ids, selection), {
        maxBatchSize: MAX_BATCH,
        // `1` and `"1"` are the same id.
        cacheKeyFn: String,
      });
      this.#loaders.set(key, loader);
    }
    return loader.load(id);
  }

  /** Executes an operation; a query with the same variables is executed once. */
  graph(query: string, variables: Readonly<Record<string, unknown>>): Promise<ExecutionResult> {
    if (!this.#graph.isQuery(query)) return this.#change(query, variables);
    const key = JSON.stringify([query, variables]);
    let result = this.#queries.get(key);
    if (!result) {
      result = this.#graph.executeNested(query, variables, this.#context).then(frozen);
      this.#queries.set(key, result);
      const forget = () => this.#queries.delete(key);
      if (this.#context.isChanging) result.then(forget, forget);
    }
    return result;
  }

  async #batch(type: string, ids: readonly unknown[], selection: string): Promise<readonly Loaded[]> {
    if (this.#context.isChanging) {
      // Fields of a mutation are executed one after the other: data loaded for one is stale for the next.
      for (const id of ids) this.#loaders.get(JSON.stringify([type, selection]))?.clear(id);
    }
    return frozen(await this.#graph.load(type, ids, selection, this.#context));
  }

  async #change(query: string, variables: Readonly<Record<string, unknown>>): Promise<ExecutionResult> {
    try {
      return await this.#graph.executeNested(query, variables, this.#context);
    } finally {
      this.#loaders.clear();
      this.#queries.clear();
    }
  }
}

/** Freezes a result, which resolvers share: a change by one would affect the others. Errors are not frozen. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || value instanceof Error || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const below of Object.values(value)) frozen(below);
  return value;
}
