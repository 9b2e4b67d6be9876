// Retry policy: which failures of a subgraph a request may be sent again after, and when.
import { isFailure } from './failures.ts';
import { secondsOfRetryAfter } from './rejected-request.ts';
import { NotConnected } from './subgraph-address.ts';
import type { SubgraphExchange } from './subgraph-exchange.ts';

/**
 * Reasons for a further request. `connect`: no connection, so that nothing was sent. `reset`: the connection ended
 * before the response. `status`: HTTP status 502, 503 or 504 without a GraphQL response, or any 5xx of an address that
 * has failed before. `stale`: a connection that
 * was idle ended before the first byte of a response. `slow`: no head of a response for a long time. `hedge`: none for
 * longer than usual.
 */
export const retryReasons = ['connect', 'reset', 'status', 'stale', 'slow', 'hedge'] as const;

export type RetryReason = (typeof retryReasons)[number];

/** Milliseconds that another address is given at most before the retry; the delay is random, to spread retries. */
const OTHER_ADDRESS = 20;

/** Milliseconds, the least and the most, before the same address gets the request again. */
const SAME_ADDRESS = [25, 100] as const;

const passingStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Null where it must not be sent again.
 * @param isRepeatable whether it has no side effects, or a key by which the service executes it once.
 * @param isFailing whether the address has failed before, and there is another one: any status of 5xx is its fault then.
 */
export function reasonToRetry(
  exchange: SubgraphExchange,
  error: Error,
  { isRepeatable, isFailing }: { isRepeatable: boolean; isFailing: boolean },
): RetryReason | null {
  if (error instanceof NotConnected) {
    // The connection had ended before the request was written to it.
    return exchange.connection && exchange.connection.requests > 0 ? 'stale' : 'connect';
  }
  if (!isRepeatable) return null;
  if (exchange.isCut && isFailure(error)) return exchange.isReused && !exchange.hasResponded ? 'stale' : 'reset';
  if (passingStatuses.has(exchange.status)) return 'status';
  return isFailing && exchange.status >= 500 && isFailure(error) ? 'status' : null;
}

/**
 * Milliseconds before the retry. `Retry-After` (RFC 9110, section 10.2.3) applies to the address that has sent it.
 * @param random a number from 0 to below 1.
 */
export function retryDelay(
  exchange: SubgraphExchange,
  reason: RetryReason,
  isSameAddress: boolean,
  random = Math.random(),
): number {
  if (!isSameAddress) return reason === 'connect' ? 0 : random * OTHER_ADDRESS;
  const [least, most] = SAME_ADDRESS;
  const delay = least + random * (most - least);
  const seconds = exchange.status === 503 ? (secondsOfRetryAfter(exchange.retryAfter) ?? 0) : 0;
  return seconds * 1000 + delay;
}
