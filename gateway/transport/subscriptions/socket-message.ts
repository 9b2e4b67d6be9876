// Messages of graphql-transport-ws from a service, checked before anything in them is believed.
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
import { parseJson } from '../../json/parse-json.ts';
import { responseIn, type SubgraphResponse } from '../subgraph-response.ts';

/** `response` is null where the payload is none. */
export type SocketMessage =
  | { type: 'connection_ack' | 'ping' | 'pong' }
  | { type: 'next' | 'error'; id: string; response: SubgraphResponse | null }
  | { type: 'complete'; id: string };

/** Reads a message; null for one that is not of the protocol. */
export function readSocketMessage(text: string): SocketMessage | null {
  let message: unknown;
  try {
    message = parseJson(text);
  } catch {
    return null;
  }
  if (typeof message !== 'object' || message === null) return null;
  const { type, id, payload } = message as { type?: unknown; id?: unknown; payload?: unknown };
  if (type === 'connection_ack' || type === 'ping' || type === 'pong') return { type };
  if (typeof id !== 'string') return null;
  if (type === 'complete') return { type, id };
  if (type === 'next') return { type, id, response: responseIn(payload, text) ?? null };
  if (type !== 'error') return null;
  // The errors of an operation that the service has rejected or given up.
  return { type, id, response: (Array.isArray(payload) && responseIn({ errors: payload }, text)) || null };
}
