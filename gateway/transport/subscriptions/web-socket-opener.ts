// WebSocket opener: upstream subscriptions over WebSockets with graphql-transport-ws. Subscriptions of the same caller
// that forward the same header fields to the same address share a socket, up to a number; no others do.
import { randomUUID } from 'node:crypto';
import type { SubgraphScope } from '../subgraph-scope.ts';
import type { Upstream } from '../upstream.ts';
import { varianceKey } from '../variance.ts';
import { type ConnectionParams, connectionPayload } from './connection-params.ts';
import { GraphqlSocket } from './graphql-socket.ts';
import type { OpenedStream, StreamOpener, StreamRequest, StreamSettings } from './stream-opener.ts';
import { WebSocketExchange } from './web-socket-exchange.ts';
import type { WebSocketTarget } from './web-socket-target.ts';

export interface WebSocketSettings {
  connectionParams: ConnectionParams | null;
  /** Subscriptions on one socket, at most. */
  maxPerSocket: number;
  /** Milliseconds between two pings. */
  ping: number;
}

export class WebSocketOpener implements StreamOpener {
  readonly #settings: StreamSettings & WebSocketSettings;
  /** By address, caller and header fields: the sockets that take more subscriptions, and those that are full. */
  readonly #sockets = new Map<string, Set<GraphqlSocket>>();
  /** Those of subscriptions that share no socket any more, since one of them has failed one. */
  readonly #suspected = new WeakSet<SubgraphScope>();

  constructor(settings: StreamSettings & WebSocketSettings) {
    this.#settings = settings;
  }

  open(upstream: Upstream, { body, scope, attempt, onStart, onEnd }: StreamRequest): OpenedStream {
    const { subgraph } = this.#settings;
    const { origin, streamPath: path } = upstream;
    const forwarded = scope.forwarded?.headersFor(subgraph) ?? [];
    // The handshake is none of one request's: its trace context goes no further.
    const fetch = scope.trace?.fetch(subgraph, origin, path, attempt, []) ?? null;
    const variance = this.#suspected.has(scope) ? null : varianceKey(scope, subgraph, true);
    // Unshared: a key that no other has.
    const key = JSON.stringify([upstream.key, variance ?? randomUUID(), forwarded]);
    const socket = this.#socket(key, upstream.webSocket as WebSocketTarget, [
      'x-request-id',
      scope.requestId,
      ...forwarded,
    ]);
    const { cancellation } = scope;
    const onSuspicion = () => this.#suspected.add(scope);
    const stream = new WebSocketExchange(socket, {
      ...{ ...this.#settings, body, cancellation },
      ...{ onStart, onEnd, onSuspicion },
    });
    return { stream, fetch };
  }

  #socket(key: string, target: WebSocketTarget, fields: readonly string[]): GraphqlSocket {
    const { maxPerSocket, connectionParams, subgraph, maxBytes, ping } = this.#settings;
    const open = this.#sockets.get(key) ?? new Set();
    for (const socket of open) if (socket.size < maxPerSocket) return socket;
    const socket: GraphqlSocket = new GraphqlSocket({
      ...{ subgraph, target, fields, maxBytes, ping },
      connectionParams: connectionParams === null ? undefined : connectionPayload(connectionParams, fields),
      onEnd: () => {
        open.delete(socket);
        if (open.size === 0 && this.#sockets.get(key) === open) this.#sockets.delete(key);
      },
    });
    open.add(socket);
    this.#sockets.set(key, open);
    return socket;
  }
}
