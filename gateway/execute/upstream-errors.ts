// Errors of subgraphs' responses, each stored with the place in its response that it is about, until that place is
// completed in the client's response. Errors that reach no place of it are reported without a path: none is lost.
import type { FieldError, Key } from './field-error.ts';
import { entityResultsOf, type ResponseObject } from './hot-path/index.ts';
import { MAX_LISTS } from './nesting.ts';

type Container = object;

export class UpstreamErrors {
  readonly #located = new Map<Container, Map<Key, FieldError[]>>();
  readonly #all: FieldError[] = [];
  #omitted = 0;
  #atValues = false;

  /**
   * Stores an error with the first null on its path through `data`, or with the value that its path leads to; the
   * rest of the path below that place stays with it.
   */
  locate(error: FieldError, data: Container): void {
    this.#all.push(error);
    const { path = [] } = error;
    let container = data;
    for (let depth = 0; depth < path.length; depth++) {
      const key = keyIn(container, path[depth] as Key);
      const value = Object.hasOwn(container, key) ? (container as Record<Key, unknown>)[key] : undefined;
      const isNull = value === null || value === undefined;
      if (isNull || typeof value !== 'object' || depth === path.length - 1) {
        if (!isNull) this.#atValues = true;
        this.#store(container, key, error.at(path.slice(depth + 1)));
        return;
      }
      container = value;
    }
  }

  /** Adds an error that has no place in any data. */
  add(error: FieldError): void {
    this.#all.push(error);
  }

  /** Counts errors that are not stored. */
  omit(count: number): void {
    this.#omitted += count;
  }

  /** Errors at a place are also those of its copy. */
  copy(original: Container, copy: Container): void {
    const located = this.#located.get(original);
    if (located) this.#located.set(copy, located);
  }

  at(container: Container, key: Key): FieldError[] | undefined {
    return this.#located.get(container)?.get(key);
  }

  /** The first errors that are about items of a list, or of the lists in it. */
  below(value: unknown, lists = 0): FieldError[] | undefined {
    if (!Array.isArray(value) || lists >= MAX_LISTS) return undefined;
    for (const [index, item] of value.entries()) {
      const errors = item === null ? this.at(value, index) : this.below(item, lists + 1);
      if (errors) return errors;
    }
    return undefined;
  }

  /**
   * Dismisses errors about these properties, and below them, also in the entities that were fetched there: they are
   * about nothing that the client selects.
   */
  dismiss(container: ResponseObject, keys: ReadonlySet<string>): void {
    if (keys.size === 0 || this.#all.length === 0) return;
    const rest: unknown[] = [];
    const seen = new Set<unknown>();
    for (const key of keys) {
      for (const error of this.at(container, key) ?? []) error.dismiss();
      rest.push(container[key]);
    }
    while (rest.length > 0) {
      const value = rest.pop();
      if (typeof value !== 'object' || value === null || seen.has(value)) continue;
      seen.add(value);
      for (const errors of this.#located.get(value)?.values() ?? []) for (const error of errors) error.dismiss();
      for (const item of Object.values(value)) rest.push(item);
      for (const { entity, errors } of entityResultsOf(value as ResponseObject)) {
        for (const error of errors ?? []) error.dismiss();
        rest.push(entity);
      }
    }
  }

  get some(): boolean {
    return this.#all.length > 0;
  }

  /** Whether any error is about a place that has a value all the same. */
  get atValues(): boolean {
    return this.#atValues;
  }

  get omitted(): number {
    return this.#omitted;
  }

  /** The response is built again. */
  restart(): void {
    for (const error of this.#all) error.markUnreported();
  }

  /** Errors that no place of the response has reported, though it may be about something that is selected. */
  get unreported(): FieldError[] {
    return this.#all.filter((error) => !error.isReported && !error.isDismissed);
  }

  #store(container: Container, key: Key, error: FieldError): void {
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

/** Some services write the indices of lists as strings. */
function keyIn(container: Container, key: Key): Key {
  return typeof key === 'string' && Array.isArray(container) && /^\d+$/.test(key) ? Number(key) : key;
}
