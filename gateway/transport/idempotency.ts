// Idempotency keys of mutations, for services that execute a request with the same key once
// (draft-ietf-httpapi-idempotency-key-header): with one, a mutation may be sent again as a query may.
import { randomUUID } from 'node:crypto';
import type { Cancellation } from './cancellation.ts';
import type { SubgraphScope } from './subgraph-scope.ts';

const none: readonly string[] = [];

export class IdempotencyKeys {
  readonly #header: string;
  /** Number of mutations with the client's key, by request. */
  readonly #used = new WeakMap<Cancellation, number>();

  /** @param header name of the field with the key, in lower case. */
  constructor(header: string) {
    this.#header = header;
  }

  /**
   * Header fields of a mutation: those that are forwarded, with its key. That is the client's for the first mutation of
   * a request, with `-2` and so on for further ones, so that the client can send the request again; else a new one.
   */
  fieldsFor(subgraph: string, scope: KeyScope): readonly string[] {
    const { cancellation } = scope;
    const fields = scope.forwarded?.headersFor(subgraph) ?? none;
    const given = scope.clientKey?.(this.#header);
    let key: string = given ?? randomUUID();
    if (given !== undefined) {
      const number = (this.#used.get(cancellation) ?? 0) + 1;
      this.#used.set(cancellation, number);
      if (number > 1) key = withSuffix(given, `-${number}`);
    }
    const others = fields.filter((_, index) => fields[index - (index % 2)] !== this.#header);
    return [...others, this.#header, key];
  }
}

/** What the key of a mutation depends on. */
export type KeyScope = Pick<SubgraphScope, 'forwarded' | 'cancellation' | 'clientKey'>;

/** Keys may be strings of structured fields (RFC 8941), in quotation marks. */
function withSuffix(key: string, suffix: string): string {
  return key.length > 1 && key.endsWith('"') ? `${key.slice(0, -1)}${suffix}"` : key + suffix;
}
