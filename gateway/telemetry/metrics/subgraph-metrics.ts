// Metrics of a subgraph's requests: their durations by outcome, what is in flight, and what was read.
import type { Family } from './family.ts';
import type { MetricsRegistry } from './registry.ts';
import type { Counter, Gauge, Histogram } from './series.ts';

/** The series of one subgraph. */
export interface SubgraphSeries {
  inFlight: Gauge;
  receivedBytes: Counter;
  openSubscriptions: Gauge;
  subscriptionEvents: Counter;
  /** @param outcome `ok`, or the code of the failure. */
  ended(outcome: string, seconds: number, traceId?: string): void;
}

export class SubgraphMetrics {
  readonly #durations: Family<Histogram>;
  readonly #inFlight: Family<Gauge>;
  readonly #received: Family<Counter>;
  readonly #subscriptions: Family<Gauge>;
  readonly #events: Family<Counter>;

  constructor(registry: MetricsRegistry) {
    const labels = ['subgraph'];
    this.#durations = registry.histogram(
      'http_client_request_duration_seconds',
      'Durations of requests to subgraphs, from sending to the end of the response; outcome is ok or an error code.',
      { labels: ['subgraph', 'outcome'], unit: 'seconds' },
    );
    this.#inFlight = registry.gauge('concierge_subgraph_requests_in_flight', 'Requests to subgraphs that run now.', {
      labels,
    });
    this.#received = registry.counter(
      'concierge_subgraph_received_bytes',
      'Bytes of responses from subgraphs, as they came over the network.',
      { labels, unit: 'bytes' },
    );
    this.#subscriptions = registry.gauge('concierge_subgraph_subscriptions', 'Open subscriptions to subgraphs.', {
      labels,
    });
    this.#events = registry.counter('concierge_subgraph_subscription_events', 'Events of subscriptions to subgraphs.', {
      labels,
    });
  }

  of(subgraph: string): SubgraphSeries {
    const durations = new Map<string, Histogram>();
    return {
      inFlight: this.#inFlight.with(subgraph),
      receivedBytes: this.#received.with(subgraph),
      openSubscriptions: this.#subscriptions.with(subgraph),
      subscriptionEvents: this.#events.with(subgraph),
      ended: (outcome, seconds, traceId) => {
        let histogram = durations.get(outcome);
        if (!histogram) {
          histogram = this.#durations.with(subgraph, outcome);
          durations.set(outcome, histogram);
        }
        histogram.observe(seconds, traceId);
      },
    };
  }
}
