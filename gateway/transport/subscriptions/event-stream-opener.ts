// Event stream opener: upstream subscriptions over server-sent events, requested by POST. Each has a connection of its
// own, so that open streams take none of the connections of queries.
import type { Upstream } from '../upstream.ts';
import { EventStreamExchange } from './event-stream-exchange.ts';
import type { OpenedStream, StreamOpener, StreamRequest, StreamSettings } from './stream-opener.ts';

export class EventStreamOpener implements StreamOpener {
  readonly #settings: StreamSettings;
  readonly #end: 'complete' | 'close';

  /** @param end the regular end of a stream: `complete` (event), or `close` (that, or the end of the response). */
  constructor(settings: StreamSettings, end: 'complete' | 'close') {
    this.#settings = settings;
    this.#end = end;
  }

  open(upstream: Upstream, { body, scope, attempt, lastEventId, onStart, onEnd }: StreamRequest): OpenedStream {
    const { subgraph, startTimeout, maxBytes } = this.#settings;
    const { origin, streamPath: path } = upstream;
    // The exchange has its own time-out: any time may pass between two events.
    const connection = upstream.pool.openStream();
    const stream = new EventStreamExchange({
      ...{ subgraph, startTimeout, end: this.#end, maxBytes, onStart },
      cancellation: scope.cancellation,
      onEnd: (error) => {
        connection.destroy();
        onEnd(error);
      },
    });
    const forwarded = scope.forwarded?.headersFor(subgraph) ?? [];
    const fields = ['x-request-id', scope.requestId, ...forwarded];
    if (lastEventId !== null) fields.push('last-event-id', lastEventId);
    const fetch = scope.trace?.fetch(subgraph, origin, path, attempt, fields) ?? null;
    connection.dispatch({ path, fixedFields: upstream.streamHeaders, fields, body }, stream);
    return { stream, fetch };
  }
}
