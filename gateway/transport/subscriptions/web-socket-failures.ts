// Failures of WebSockets to subgraphs: the error for each close code (RFC 6455, section 7.4; graphql-transport-ws), and
// for each status of a rejected handshake.
import { rejection } from '../rejected-request.ts';
import { SubgraphError, type SubgraphErrorCode } from '../subgraph-error.ts';

/** Close codes with another meaning than that of a connection that is gone, which the others have. */
const byCloseCode: Readonly<Record<number, SubgraphErrorCode>> = {
  // Rejections of what the gateway has sent.
  1002: 'SUBGRAPH_ERROR',
  1003: 'SUBGRAPH_ERROR',
  1007: 'SUBGRAPH_ERROR',
  1008: 'SUBGRAPH_ERROR',
  1009: 'SUBGRAPH_ERROR',
  4400: 'SUBGRAPH_ERROR',
  4406: 'SUBGRAPH_ERROR',
  4409: 'SUBGRAPH_ERROR',
  // No `connection_init` in time.
  4408: 'SUBGRAPH_TIMEOUT',
};

/** Statuses of rejected callers, by the close codes of the same meaning. */
const statuses: Readonly<Record<number, number>> = { 4401: 401, 4403: 403, 4429: 429 };

/** The failure of the subscriptions on a WebSocket that the service has closed, or whose connection is gone. */
export function closeFailure(subgraph: string, code: number, reason: string): SubgraphError {
  const shown = reason === '' ? '' : `: ${reason.slice(0, 123)}`;
  const rejected = rejection(subgraph, statuses[code] ?? 0, undefined);
  if (rejected) return rejected;
  const detail = code === 1006 ? 'the WebSocket broke off' : `the WebSocket was closed with ${code}${shown}`;
  return new SubgraphError(subgraph, byCloseCode[code] ?? 'SUBGRAPH_UNAVAILABLE', detail);
}

/** The failure for a response in place of a WebSocket. @param retryAfter value of the header, if present. */
export function handshakeFailure(subgraph: string, status: number, retryAfter: string | undefined): SubgraphError {
  const rejected = rejection(subgraph, status, retryAfter);
  if (rejected) return rejected;
  const code = status >= 500 ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_BAD_RESPONSE';
  return new SubgraphError(subgraph, code, `HTTP status ${status} in place of a WebSocket`);
}
