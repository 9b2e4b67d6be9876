// Response to a request that a REST service's calls were sent for: its errors at their places, and what the calls'
// responses say about it as a whole.
import { ErrorCode, errorExtensions } from '../../errors.ts';
import type { CacheDirectives } from '../cache-directives.ts';
import { RequestCancelled, SubgraphError } from '../subgraph-error.ts';
import type { Done } from '../subgraph-exchange.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { TranslatedResponse } from '../translate/translated-response.ts';
import { InvalidInput, MappingFailure } from './mapping/values.ts';
import type { RestCall } from './rest-call.ts';
import type { FieldFailure } from './rest-run.ts';

/** The calls of one request, and what their responses say about it as a whole. */
export class SentCalls {
  readonly failures: FieldFailure[] = [];
  #responses: SubgraphResponse[] = [];
  #escapes: SubgraphResponse['escapes'];

  add(call: RestCall, response: SubgraphResponse): void {
    this.#responses.push(response);
    this.#escapes = this.#responses.length === 1 ? call.escapes : null;
  }

  end(translated: TranslatedResponse, done: Done): void {
    const [only] = this.failures;
    const cancelled = this.failures.find(({ error }) => error instanceof RequestCancelled);
    if (cancelled) {
      done(cancelled.error, null);
      return;
    }
    // Nothing but one failure of the service: it is the failure of the whole request.
    const isWhole = this.failures.length === translated.fields.length && this.#responses.length === 0;
    if (only && isWhole && isSame(this.failures)) {
      done(only.error, null);
      return;
    }
    const response = translated.toResponse();
    response.escapes = this.#escapes ?? null;
    const directives = merged(this.#responses);
    if (directives) response.directives = directives;
    const [headers] = this.#responses.flatMap((one) => one.headers ?? []);
    if (headers) response.headers = headers;
    done(null, response);
  }
}

/** Whether all of them are the same failure of the service, which is not about one field. */
function isSame(failures: readonly FieldFailure[]): boolean {
  const [first] = failures;
  return failures.every(({ object, error, call }) => {
    if (object || call?.mapped || error instanceof MappingFailure) return false;
    if (!(error instanceof SubgraphError) || !(first?.error instanceof SubgraphError)) return error === first?.error;
    return error.code === first.error.code && error.code !== ErrorCode.SUBGRAPH_ERROR;
  });
}

/** The strictest of all. */
function merged(responses: readonly SubgraphResponse[]): CacheDirectives | undefined {
  const all = responses.flatMap(({ directives }) => directives ?? []);
  const [first] = all;
  if (!first || all.length === 1) return first;
  return {
    isPrivate: all.some(({ isPrivate }) => isPrivate),
    maxAge: Math.min(...all.map(({ maxAge }) => maxAge)),
    sharedMaxAge: Math.min(...all.map(({ sharedMaxAge }) => sharedMaxAge)),
    mustRevalidate: all.some(({ mustRevalidate }) => mustRevalidate),
    setsCookie: all.some(({ setsCookie }) => setsCookie),
    text: first.text,
  };
}

/** The error of a failed field for the response. @param paths of the root field's value. */
export function describe(subgraph: string, { object, key, error, call }: FieldFailure, paths: ObjectPaths) {
  const path = [...(object ? paths.of(object) : []), ...(key === null ? [] : [key])];
  if (call?.mapped && error instanceof SubgraphError) {
    const { message, extensions } = call.mapped;
    return { message, path, extensions: { ...errorExtensions(error.code), ...extensions } };
  }
  if (error instanceof SubgraphError) {
    const { message, code, isOutage } = error;
    return { message, path, extensions: errorExtensions(code), isOutage };
  }
  if (error instanceof InvalidInput)
    return { message: error.message, path, extensions: errorExtensions('BAD_USER_INPUT') };
  const { code, message, detail } = new SubgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE', error.message);
  // For the log: clients get the code alone.
  return { message, path, extensions: errorExtensions(code, { detail }) };
}

/** Paths of the objects in a value, which is searched once, for however many of them. */
export class ObjectPaths {
  readonly #value: unknown;
  #places: Map<object, { above: object; key: string | number }> | null = null;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Keys and indices from the value to an object in it; none for the value itself, and for what is not in it. */
  of(object: object): (string | number)[] {
    const places = this.#all();
    const path: (string | number)[] = [];
    for (let place = places.get(object); place; place = places.get(place.above)) path.push(place.key);
    return path.reverse();
  }

  #all() {
    if (this.#places) return this.#places;
    const places = new Map<object, { above: object; key: string | number }>();
    this.#places = places;
    const open = isContainer(this.#value) ? [this.#value] : [];
    for (let above = open.pop(); above; above = open.pop()) {
      const below = Array.isArray(above) ? above.entries() : Object.entries(above);
      for (const [key, each] of below) {
        if (!isContainer(each) || places.has(each)) continue;
        places.set(each, { above, key });
        open.push(each);
      }
    }
    return places;
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
