// Metrics of a subgraph's requests: their durations by outcome, what is in flight, and what was read.
import type { Family } from './family.ts';
import type { MetricsRegistry } from './registry.ts';
import type { Counter, Gauge, Histogram } from './series.ts';

/** The series of one subgraph. */
export interface SubgraphSeries {
  inFlight: Gauge;
  /** Requests that wait for a place among those in flight. */
  queued: Gauge;
  receivedBytes: Counter;
  /** Fetches that were left out, beyond its budget. */
  costExceeded: Counter;
  /** Fields that had their fallbacks, and responses with such fields. */
  degradedFields: Counter;
  degradedResponses: Counter;
  openSubscriptions: Gauge;
  subscriptionEvents: Counter;
  /** Subscriptions of clients that read the open ones. */
  subscriptionReaders: Gauge;
  /** @param outcome of an interrupted subscription: `ok` where it was opened again, or the code of its failure. */
  resumed(outcome: string): void;
  ejected(): void;
  /** @param reason for not sending a request: `full` for the queue, `time` where it has waited for too long. */
  bulkheadRejected(reason: 'full' | 'time'): void;
  /** @param reason for sending a request once more. */
  retried(reason: string): void;
  /** @param state of the circuit breaker: `closed`, `open` or `half-open`. */
  breaker(state: string): void;
  /** @param counts numbers of addresses by their state. */
  countAddresses(counts: Readonly<Record<string, number>>): void;
  /** @param outcome `ok`, or the code of the failure. */
  ended(outcome: string, seconds: number, traceId?: string): void;
}

export class SubgraphMetrics {
  readonly #durations: Family<Histogram>;
  readonly #inFlight: Family<Gauge>;
  readonly #queued: Family<Gauge>;
  readonly #bulkheadRejections: Family<Counter>;
  readonly #received: Family<Counter>;
  readonly #costExceeded: Family<Counter>;
  readonly #degradedFields: Family<Counter>;
  readonly #degradedResponses: Family<Counter>;
  readonly #subscriptions: Family<Gauge>;
  readonly #events: Family<Counter>;
  readonly #readers: Family<Gauge>;
  readonly #resumptions: Family<Counter>;
  readonly #ejections: Family<Counter>;
  readonly #retries: Family<Counter>;
  readonly #breakers: Family<Gauge>;
  readonly #opened: Family<Counter>;
  readonly #addresses: Family<Gauge>;
  readonly #joined: Family<Counter>;

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
    this.#queued = registry.gauge(
      'concierge_subgraph_requests_queued',
      'Requests to subgraphs that wait for a place among those in flight.',
      { labels },
    );
    this.#bulkheadRejections = registry.counter(
      'concierge_subgraph_bulkhead_rejections',
      'Requests to subgraphs that were not sent: too many were in flight, and the queue was full or took too long.',
      { labels: ['subgraph', 'reason'] },
    );
    this.#received = registry.counter(
      'concierge_subgraph_received_bytes',
      'Bytes of responses from subgraphs, as they came over the network.',
      { labels, unit: 'bytes' },
    );
    this.#costExceeded = registry.counter(
      'concierge_subgraph_cost_exceeded',
      'Fetches that were left out, since the operation would have cost too much at the subgraph.',
      { labels },
    );
    this.#degradedResponses = registry.counter(
      'concierge_degraded_responses',
      'Responses, and events of subscriptions, with fields that have their @fallback, since the subgraph is down.',
      { labels },
    );
    this.#degradedFields = registry.counter(
      'concierge_degraded_fields',
      'Fields of responses that have their @fallback, since the subgraph is down.',
      { labels },
    );
    this.#subscriptions = registry.gauge('concierge_subgraph_subscriptions', 'Open subscriptions to subgraphs.', {
      labels,
    });
    this.#joined = registry.counter(
      'concierge_subgraph_requests_deduplicated',
      'Requests to subgraphs that were not sent, as an equal one was in flight.',
      { labels },
    );
    this.#events = registry.counter('concierge_subgraph_subscription_events', 'Events of subscriptions to subgraphs.', {
      labels,
    });
    this.#readers = registry.gauge(
      'concierge_subgraph_subscription_readers',
      'Subscriptions of clients to subgraphs; equal ones share an open one.',
      { labels },
    );
    this.#resumptions = registry.counter(
      'concierge_subgraph_subscription_resumptions',
      'Subscriptions to subgraphs that were interrupted; outcome is ok where they were opened again, or an error code.',
      { labels: ['subgraph', 'outcome'] },
    );
    this.#ejections = registry.counter(
      'concierge_subgraph_ejections',
      'Addresses of subgraphs that got no more requests for a while, after failures in a row.',
      { labels },
    );
    this.#retries = registry.counter(
      'concierge_subgraph_retries',
      'Requests to subgraphs that were sent once more, by reason; hedge for those beside one that is late.',
      { labels: ['subgraph', 'reason'] },
    );
    this.#breakers = registry.gauge(
      'concierge_subgraph_breaker_open',
      'Whether the circuit breaker of a subgraph stops requests: 0 closed, 1 open, 0.5 for trials.',
      { labels, isMaximum: true },
    );
    this.#opened = registry.counter('concierge_subgraph_breaker_openings', 'Times that a circuit breaker has opened.', {
      labels,
    });
    this.#addresses = registry.gauge('concierge_subgraph_addresses', 'Addresses of subgraphs, by state.', {
      labels: ['subgraph', 'state'],
      isMaximum: true,
    });
  }

  /** Counts a request that has joined an equal one in flight. */
  readonly joined = (subgraph: string): void => this.#joined.with(subgraph).add();

  of(subgraph: string): SubgraphSeries {
    const [ejections, breaker, opened] = [
      this.#ejections.with(subgraph),
      this.#breakers.with(subgraph),
      this.#opened.with(subgraph),
    ];
    this.#joined.with(subgraph);
    const rejections = {
      full: this.#bulkheadRejections.with(subgraph, 'full'),
      time: this.#bulkheadRejections.with(subgraph, 'time'),
    };
    const durations = new Map<string, Histogram>();
    return {
      inFlight: this.#inFlight.with(subgraph),
      queued: this.#queued.with(subgraph),
      bulkheadRejected: (reason) => rejections[reason].add(1),
      receivedBytes: this.#received.with(subgraph),
      costExceeded: this.#costExceeded.with(subgraph),
      degradedFields: this.#degradedFields.with(subgraph),
      degradedResponses: this.#degradedResponses.with(subgraph),
      openSubscriptions: this.#subscriptions.with(subgraph),
      subscriptionEvents: this.#events.with(subgraph),
      subscriptionReaders: this.#readers.with(subgraph),
      resumed: (outcome) => this.#resumptions.with(subgraph, outcome).add(1),
      ejected: () => ejections.add(1),
      retried: (reason) => this.#retries.with(subgraph, reason).add(1),
      breaker: (state) => {
        breaker.set(breakerValues[state] ?? 0);
        if (state === 'open') opened.add(1);
      },
      countAddresses: (counts) => {
        for (const [state, count] of Object.entries(counts)) this.#addresses.with(subgraph, state).set(count);
      },
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

const breakerValues: Readonly<Record<string, number>> = { closed: 0, 'half-open': 0.5, open: 1 };
