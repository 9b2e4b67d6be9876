// Where subgraphs' errors belong: each is kept with the very null that it explains, until the answer is completed there.
import { GraphQLError } from 'graphql';

type Container = object;
type Key = string | number;

export class UpstreamErrors {
  readonly #located = new Map<Container, Map<Key, GraphQLError[]>>();
  /** Errors that explain no null; they reach the client without a path. */
  readonly loose: GraphQLError[] = [];

  /** Keeps an error with the first null on its path through `data`; of the path, it keeps what is below that null. */
  locate(error: GraphQLError, data: Container): void {
    let container = data;
    for (const [depth, key] of (error.path ?? []).entries()) {
      const value = (container as Record<Key, unknown>)[key];
      if (value === null || value === undefined) {
        this.#keep(container, key, withPath(error, error.path?.slice(depth + 1)));
        return;
      }
      if (typeof value !== 'object') break;
      container = value;
    }
    this.loose.push(withPath(error, undefined));
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

/** The same error at another place: a path relative to it, or none. */
export function withPath(error: GraphQLError, path: readonly Key[] | undefined): GraphQLError {
  const { message, extensions, originalError } = error;
  return new GraphQLError(message, { path, extensions, originalError });
}
