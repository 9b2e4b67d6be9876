// An answer that is bytes already: kept from an earlier request, or just made and about to be kept.
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

  /** Made for a plugin that asks. */
  get data(): Record<string, unknown> | null {
    return (parseJson(this.stringify()) as { data: Record<string, unknown> | null }).data;
  }

  stringify(): string {
    return this.body.toString();
  }
}
