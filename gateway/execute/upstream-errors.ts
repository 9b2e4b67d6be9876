// Where subgraphs' errors belong: each is kept with the very null that it explains, until the answer is completed there.
import type { GraphQLError } from 'graphql';

type Container = object;
type Key = string | number;

export class UpstreamErrors {
  readonly #located = new Map<Container, Map<Key, GraphQLError[]>>();
  /** Errors that explain no null; they reach the client without a path. */
  readonly loose: GraphQLError[] = [];

  /** Keeps an error with the first null on its path through `data`. */
  locate(error: GraphQLError, data: Container): void {
    let container = data;
    for (const key of error.path ?? []) {
      const value = (container as Record<Key, unknown>)[key];
      if (value === null || value === undefined) {
        this.#keep(container, key, error);
        return;
      }
      if (typeof value !== 'object') break;
      container = value;
    }
    this.loose.push(error);
  }

  at(container: Container, key: Key): GraphQLError[] | undefined {
    return this.#located.get(container)?.get(key);
  }

  get some(): boolean {
    return this.#located.size > 0 || this.loose.length > 0;
  }

  #keep(container: Container, key: Key, error: GraphQLError): void {
    let keys = this.#located.get(container);
    if (!keys) {
      keys = new Map();
      this.#located.set(container, keys);
    }
    const errors = keys.get(key);
    if (errors) errors.push(error);
    else keys.set(key, [error]);
  }
}
