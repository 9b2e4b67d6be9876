// Cached result: a response that is serialized already, from the cache or just stored in it.
import type { CachedResponse } from '../cache/response-cache.ts';
import type { GraphQLResponse } from '../execute/response.ts';
import { parseJson } from '../json/parse-json.ts';

export class CachedResult implements GraphQLResponse {
  readonly response: CachedResponse;
  declare readonly errors?: undefined;

  constructor(response: CachedResponse) {
    this.response = response;
  }

  get body(): Buffer {
    return this.response.body;
  }

  /** Parsed on access, by plugins only. */
  get data(): Record<string, unknown> | null {
    return (parseJson(this.stringify()) as { data: Record<string, unknown> | null }).data;
  }

  stringify(): string {
    return this.body.toString();
  }
}
