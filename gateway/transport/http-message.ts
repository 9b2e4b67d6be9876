// HTTP message: a request to a service that does not speak GraphQL, which is sent in place of a document by POST.
import type { Fields, HttpMethod } from './connection.ts';
import type { SubgraphError } from './subgraph-error.ts';
import type { ResponseFacts, SubgraphResponse } from './subgraph-response.ts';

export interface HttpMessage {
  method: HttpMethod;
  /** Path with the places of parameters in braces, for operators: it has no values. */
  template: string;
  /** Path and query. @param base path and query of the address. */
  pathFor(base: string): string;
  /** Header fields of the message, names in lower case and values in turn. */
  fields: Fields;
  /** Null for a message without a body. */
  body: string | null;
  /** What the response's body means. `data` is for the sender of the message alone. */
  read(status: number, body: Buffer, facts: ResponseFacts): SubgraphResponse | SubgraphError;
}

/** Methods whose repetition has no further effect (RFC 9110, section 9.2.2). */
export function isIdempotent(method: HttpMethod): boolean {
  return method === 'GET' || method === 'PUT' || method === 'DELETE';
}
