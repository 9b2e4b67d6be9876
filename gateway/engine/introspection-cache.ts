// Introspection cache: responses to introspection as text, which depend on the schema, the document and its variables
// alone. The graphs of a gateway share one bound in bytes; writing that of a large schema takes half a second.
import { LRUCache } from 'lru-cache';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import type { GraphQLResponse } from '../execute/response.ts';
import { ownValue } from '../json/json-values.ts';
import { introspectionSubgraph } from '../planner/fetch-graph.ts';

const MAX_BYTES = 33_554_432;

/** Texts of responses, of all graphs that share it. */
export class IntrospectionTexts {
  readonly #texts: LRUCache<string, string>;
  #graphs = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#texts = new LRUCache({
      maxSize: maxBytes,
      // As UTF-16, which long texts may be in memory.
      sizeCalculation: (text, key) => 2 * (text.length + key.length),
    });
  }

  /** Number of texts. */
  get size(): number {
    return this.#texts.size;
  }

  /** As counted for the bound. */
  get bytes(): number {
    return this.#texts.calculatedSize;
  }

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  set(key: string, text: string): void {
    this.#texts.set(key, text);
  }

  /** A number for a graph or a view, which its keys begin with. */
  nextGraph(): number {
    this.#graphs += 1;
    return this.#graphs;
  }
}

export class IntrospectionCache {
  readonly #texts: IntrospectionTexts;
  readonly #graph: number;

  /** Responses that are being made, which other requests wait for. */
  readonly #making = new Map<string, PromiseWithResolvers<GraphQLResponse | null>>();

  constructor(texts: IntrospectionTexts = new IntrospectionTexts()) {
    this.#texts = texts;
    this.#graph = texts.nextGraph();
  }

  /** The cache key of a response; null where it contains anything else. */
  keyOf({ plan }: CompiledPlan, variables: Readonly<Record<string, unknown>>): string | null {
    const [fetch, ...others] = plan.fetches;
    if (fetch?.subgraph !== introspectionSubgraph || others.length > 0 || plan.denied) return null;
    const values = fetch.variables.map((variable) =>
      'from' in variable ? ownValue(variables, variable.from) : variable,
    );
    return JSON.stringify([this.#graph, fetch.document, plan.output, values]);
  }

  /**
   * Shares a response that is being made. Null where none is: the caller makes it then, and calls `set` or `abandon`.
   * @returns the response, or null where it is not made any more.
   */
  join(key: string): Promise<GraphQLResponse | null> | null {
    const making = this.#making.get(key);
    if (making) return making.promise;
    this.#making.set(key, Promise.withResolvers());
    return null;
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  get(key: string): GraphQLResponse | null {
    const text = this.#texts.get(key);
    return text === undefined ? null : new IntrospectionResponse(text);
  }

  set(key: string, response: GraphQLResponse): void {
    if (!response.errors) this.#texts.set(key, response.stringify());
    this.#settle(key, response);
  }

  /** For a response whose client has disconnected before it was made. */
  abandon(key: string): void {
    this.#settle(key, null);
  }

  #settle(key: string, response: GraphQLResponse | null): void {
    this.#making.get(key)?.resolve(response);
    this.#making.delete(key);
  }
}

class IntrospectionResponse implements GraphQLResponse {
  readonly stringify: () => string;

  constructor(text: string) {
    this.stringify = () => text;
  }

  /** Made for plugins, which may change it. */
  get data(): Record<string, unknown> | null {
    return JSON.parse(this.stringify()).data;
  }
}
