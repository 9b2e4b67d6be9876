// Metrics of requests: durations by operation, client and status, and the errors in responses. An operation that is
// requested again finds its series without a look at any name.

import { closeReasons } from '../../error-catalogue.ts';
import type { MeasuredRejections } from '../measured-rejections.ts';
import { type Family, other } from './family.ts';
import { OperationLabels } from './operation-labels.ts';
import type { MetricsRegistry } from './registry.ts';
import type { Counter, Histogram } from './series.ts';

/** What the labels of an operation are made from. */
export interface MeasuredOperation {
  name: string | undefined;
  type: string;
  /** SHA-256 of its document, hexadecimal: the id of a trusted document. */
  document: string;
  /** Whether it is from a trusted document: those always have their own label. */
  isTrusted: boolean;
  /** The series of the latest request for it. */
  latest: LatestSeries | null;
}

/** One request that has ended. */
export interface EndedRequest {
  /** `POST`; `WS` for an operation over a WebSocket. */
  method: string;
  /** Pattern of its path, or undefined where there is none. */
  route: string | undefined;
  status: number;
  /** Null where the request ended before its operation was known. */
  operation: MeasuredOperation | null;
  client: string | null;
  seconds: number;
  /** Codes of the errors in its response. */
  codes: readonly string[] | undefined;
  /** What rules in measure mode would have rejected; null, or left out, where they would have rejected nothing. */
  measuredRejections?: MeasuredRejections | null;
  /** Of a sampled trace. */
  traceId?: string;
}

interface LatestSeries {
  label: string;
  method: string;
  route: string | undefined;
  status: number;
  client: string | null;
  /** Generation of the labels in which it was found. */
  generation: number;
  histogram: Histogram;
}

const labels = [
  ...['http_request_method', 'http_route', 'http_response_status_code'],
  ...['graphql_operation_type', 'graphql_operation_name', 'client'],
];
const methods = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'WS']);
const MAX_SERIES = 20_000;

export class RequestMetrics {
  readonly #durations: Family<Histogram>;
  readonly #errors: Family<Counter>;
  readonly #measured: Family<Counter>;
  readonly #closes: Family<Counter>;
  readonly #labels: OperationLabels;
  /** Series by code: errors are counted without a search by label. */
  readonly #byCode = new Map<string, Counter>();
  #generation = 0;

  constructor(registry: MetricsRegistry) {
    this.#durations = registry.histogram(
      'http_server_request_duration_seconds',
      'Durations of requests to the gateway, and of operations over WebSockets (method WS).',
      { labels, unit: 'seconds', maxSeries: MAX_SERIES },
    );
    this.#errors = registry.counter('graphql_errors', 'Errors in responses, by code.', { labels: ['code'] });
    this.#measured = registry.counter(
      'concierge_would_reject',
      'Rejections that rules in measure mode would have made, by rule and code.',
      { labels: ['rule', 'code'] },
    );
    this.#closes = registry.counter('concierge_websocket_closes', 'WebSockets that were closed, by close code.', {
      labels: ['code'],
    });
    this.#labels = new OperationLabels({ onRemoved: (label) => this.#giveUp(label) });
  }

  ended(request: EndedRequest): void {
    this.#seriesOf(request).observe(request.seconds, request.traceId);
    if (request.measuredRejections) this.countMeasured(request.measuredRejections);
    if (!request.codes) return;
    for (const code of request.codes) {
      let counter = this.#byCode.get(code);
      if (!counter) {
        counter = this.#errors.with(code);
        if (this.#byCode.size < 1_000) this.#byCode.set(code, counter);
      }
      counter.add();
    }
  }

  /** Counts what rules in measure mode would have rejected; to be called where no request has ended. */
  countMeasured({ all }: MeasuredRejections): void {
    for (const { rule, code, count = 1 } of all) this.#measured.with(rule, code).add(count);
  }

  /** @param code close code of a WebSocket. Clients may send any of 4000 to 4999. */
  webSocketClosed(code: number): void {
    this.#closes.with(code < 3_000 || Object.hasOwn(closeReasons, code) ? String(code) : other).add();
  }

  #seriesOf({ operation, method, route, status, client }: EndedRequest): Histogram {
    if (!operation) return this.#find(method, route, status, '', '', client);
    const label = operation.isTrusted ? (operation.name ?? '') : this.#labels.labelOf(operation.name);
    const { latest } = operation;
    if (
      latest !== null &&
      latest.label === label &&
      latest.status === status &&
      latest.client === client &&
      latest.route === route &&
      latest.method === method &&
      latest.generation === this.#generation
    ) {
      return latest.histogram;
    }
    const histogram = this.#find(method, route, status, operation.type, label, client);
    operation.latest = { label, method, route, status, client, generation: this.#generation, histogram };
    return histogram;
  }

  #find(
    method: string,
    route: string | undefined,
    status: number,
    type: string,
    label: string,
    client: string | null,
  ): Histogram {
    const known = methods.has(method) ? method : '_OTHER';
    return this.#durations.with(known, route ?? '', String(status), type, label, client ?? '');
  }

  /** The values of a label that is given up go on as those of other operations, so that no total shrinks. */
  #giveUp(label: string): void {
    this.#generation += 1;
    const index = labels.indexOf('graphql_operation_name');
    this.#durations.remove('graphql_operation_name', label, (one, values) =>
      this.#durations.with(...values.map((value, each) => (each === index ? other : value))).absorb(one),
    );
  }
}
