// Introspection of a running service for commands and starts: all requests together are bounded in time, and each
// response in bytes. Every failure is one sentence.
import type { Query, QueryResult } from './check/live-schema.ts';
import { Cancellation } from './transport/cancellation.ts';
import { plainQuery } from './transport/fetch-profile.ts';
import { RejectedRequest } from './transport/rejected-request.ts';
import type { ServiceClient } from './transport/service-client.ts';
import { RequestCancelled, SubgraphError } from './transport/subgraph-error.ts';

/** The service sent errors alone. */
export class NoData extends Error {
  constructor(errors: unknown) {
    super(JSON.stringify(errors));
  }
}

/** A service without a usable schema: the predicate of a sentence, such as "is unavailable (ECONNREFUSED)". */
export class UnusableService extends Error {}

const predicates: Partial<Record<SubgraphError['code'], string>> = {
  SUBGRAPH_UNAVAILABLE: 'is unavailable',
  SUBGRAPH_TIMEOUT: 'did not respond in time',
  RATE_LIMIT_EXCEEDED: 'has received too many requests',
};

/**
 * Sends the queries of `read` to a service.
 * @param timeout milliseconds for all of them together.
 * @throws UnusableService
 */
export async function readService<Value>(
  client: ServiceClient,
  timeout: number,
  read: (query: Query) => Promise<Value> | Value,
): Promise<Value> {
  const cancellation = new Cancellation();
  const timer = setTimeout(() => cancellation.cancel(), timeout);
  try {
    return await read((query) => sendQuery(client, query, cancellation));
  } catch (error) {
    throw new UnusableService(printable(failure(error, timeout)), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** @throws SubgraphError, RequestCancelled, NoData */
export async function sendQuery(
  client: ServiceClient,
  query: string,
  cancellation = new Cancellation(),
): Promise<QueryResult> {
  const scope = { requestId: 'concierge', cancellation, calls: [] };
  const { data, errors } = await client.send(JSON.stringify({ query }), scope, plainQuery);
  if (data) return { data, errors: errors as QueryResult['errors'] };
  throw new NoData(errors);
}

function failure(error: unknown, timeout: number): string {
  if (error instanceof RequestCancelled) return `did not respond within ${timeout / 1000} s`;
  if (error instanceof RejectedRequest) {
    return `rejected the request (HTTP status ${error.status}): it may need credentials in a header`;
  }
  if (error instanceof SubgraphError) {
    return `${predicates[error.code] ?? 'sent no usable response'} (${error.detail})`;
  }
  if (error instanceof NoData) {
    return `sent no schema, but errors: ${error.message}; it may need credentials in a header, or have introspection disabled`;
  }
  return `sent no usable schema: ${error instanceof Error ? error.message : String(error)}`;
}

/** With control characters as escapes: a service's text must not command the terminal that prints it. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
