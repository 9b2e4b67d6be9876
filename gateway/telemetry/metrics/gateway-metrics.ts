// Metrics of the gateway: the families of its parts, and their text.
import { setImmediate } from 'node:timers/promises';
import type { WorkerChannel } from '../../cluster/worker-channel.ts';
import { CostMetrics } from './cost-metrics.ts';
import { eventSeries } from './event-metrics.ts';
import { exposition, type Format } from './exposition.ts';
import { measureProcess, type ProcessMetrics, writeProcessFigures } from './process-metrics.ts';
import { MetricsRegistry } from './registry.ts';
import { RequestMetrics } from './request-metrics.ts';
import { snapshotOf } from './snapshot.ts';
import { SubgraphMetrics } from './subgraph-metrics.ts';
import { WorkerMetrics } from './worker-metrics.ts';

/** What is counted elsewhere, and read when the metrics are written. */
export interface Figures {
  version: string;
  /** Version of the graph. */
  graph: string;
  requestsInFlight(): number;
  /** WebSockets and event streams. */
  longLived(): number;
  /** Of what is served. */
  generation(): number;
  cache(): {
    responses: { hits: number; stale: number; misses: number };
    entities: { hits: number; misses: number };
    errors: number;
    undecryptable: number;
    /** Null where the store does not say. */
    bytes: number | null;
  };
  documents(): { documents: number; bytes: number };
  preparation(): { reads: Record<'documents' | 'plans', { hits: number; misses: number }>; evicted: number };
  preparationWaiting(): number;
  /** What was rejected or left out under overload, by kind; null where nothing is. */
  shed(): Readonly<Record<string, number>> | null;
  /** Numbers of traces and spans by outcome; undefined where nothing is traced. */
  traces?: (() => { traces: Readonly<Record<string, number>>; spans: Readonly<Record<string, number>> }) | undefined;
}

export class GatewayMetrics {
  readonly registry = new MetricsRegistry();
  readonly requests = new RequestMetrics(this.registry);
  readonly subgraphs = new SubgraphMetrics(this.registry);
  /** Of what comes from a message broker. */
  readonly events = eventSeries(this.registry);
  /** Null where costs are not counted. */
  readonly costs: CostMetrics | null;
  readonly #reloads = this.registry.counter('concierge_reloads', 'Files that have changed and were read again.', {
    labels: ['file', 'outcome'],
  });
  #process: ProcessMetrics | null = null;
  /** Null in a process without a supervisor. */
  readonly #workers: WorkerMetrics | null;

  /**
   * @param countsCosts whether the cost of every response is counted.
   * @param channel of a worker: the metrics are those of all workers together.
   */
  constructor(countsCosts = false, channel: WorkerChannel | null = null) {
    this.costs = countsCosts ? new CostMetrics(this.registry) : null;
    this.#workers = channel && new WorkerMetrics(channel, async () => this.#snapshot());
  }

  /** Registers what is read, and begins to measure the process. */
  start(figures: Figures): void {
    this.#process = measureProcess();
    readFigures(this.registry, figures);
  }

  /** @returns what counts the changes of a file: whether its new content is used. */
  reloadsOf(file: 'all' | 'api_keys' | 'controls' | 'tls'): (isUsed: boolean) => void {
    // From 0 on: the first failure is an increase.
    const [ok, failed] = [this.#reloads.with(file, 'ok'), this.#reloads.with(file, 'failed')];
    return (isUsed) => (isUsed ? ok : failed).add();
  }

  /**
   * The text, in slices between which other requests are served.
   * @throws ChannelError before the first slice, where the other workers' metrics cannot be read.
   */
  async *text(format: Format): AsyncGenerator<string, void> {
    const all = await this.#workers?.read();
    if (all) yield await writeProcessFigures(all.process, format);
    else if (this.#process) yield await this.#process.write(format);
    for (const slice of exposition(all?.families ?? this.registry.families(), format)) {
      yield slice;
      await setImmediate();
    }
  }

  /** Ends the measurements. What was counted stays in the metrics of the other workers. */
  async close(): Promise<void> {
    await this.#workers?.end();
    this.#process?.close();
    this.#process = null;
  }

  async #snapshot() {
    return { families: snapshotOf(this.registry.families()), process: (await this.#process?.read()) ?? [] };
  }
}

function readFigures(registry: MetricsRegistry, figures: Figures): void {
  const info = registry.gauge('concierge_info', 'Version of the gateway and of its graph; always 1.', {
    labels: ['version', 'graph'],
    isMaximum: true,
  });
  info.with(figures.version, figures.graph).set(1);
  const gauge = (name: string, help: string) => registry.gauge(name, help).with();
  const inFlight = gauge('concierge_requests_in_flight', 'Requests that are served now.');
  const longLived = gauge('concierge_long_lived_connections', 'Open WebSockets and event streams.');
  const cacheBytes = gauge('concierge_cache_bytes', 'Memory of the response and entity cache, without Redis.');
  const documents = gauge('concierge_documents', 'Documents that are parsed, validated and planned.');
  const documentBytes = gauge('concierge_documents_bytes', 'Memory of documents, estimated.');
  const waiting = gauge('concierge_preparation_waiting', 'New documents that wait for their preparation.');
  const counter = (name: string, help: string) => registry.counter(name, help, { labels: ['outcome'] });
  const responses = counter('concierge_response_cache_reads', 'Reads of the response cache, by outcome.');
  const entities = counter('concierge_entity_cache_reads', 'Reads of the entity cache, by outcome, in entities.');
  const errors = registry.counter('concierge_cache_errors', 'Failed calls to the cache store.').with();
  const undecryptable = registry
    .counter('concierge_cache_undecryptable', 'Entries in Redis that could not be decrypted.')
    .with();
  const documentReads = counter('concierge_document_cache_reads', 'Requests by whether their document was cached.');
  const planReads = counter('concierge_plan_cache_reads', 'Operations by whether their plan was cached.');
  const evicted = registry.counter('concierge_documents_evicted', 'Documents that have made way for others.').with();
  readTraces(registry, figures.traces);
  readShed(registry, figures.shed);
  const help = 'Number of the generation that is served: 1 at the start, one more with each reload.';
  const generation = registry.gauge('concierge_generation', help, { isMaximum: true }).with();
  registry.beforeWriting(() => {
    const cache = figures.cache();
    generation.set(figures.generation());
    inFlight.set(figures.requestsInFlight());
    longLived.set(figures.longLived());
    cacheBytes.set(cache.bytes ?? 0);
    const size = figures.documents();
    documents.set(size.documents);
    documentBytes.set(size.bytes);
    waiting.set(figures.preparationWaiting());
    const { reads, evicted: count } = figures.preparation();
    evicted.value = count;
    for (const outcome of ['hits', 'misses'] as const) {
      documentReads.with(outcomes[outcome]).value = reads.documents[outcome];
      planReads.with(outcomes[outcome]).value = reads.plans[outcome];
    }
    for (const outcome of ['hits', 'stale', 'misses'] as const) {
      responses.with(outcomes[outcome]).value = cache.responses[outcome];
    }
    for (const outcome of ['hits', 'misses'] as const) entities.with(outcomes[outcome]).value = cache.entities[outcome];
    errors.value = cache.errors;
    undecryptable.value = cache.undecryptable;
  });
}

function readShed(registry: MetricsRegistry, read: Figures['shed']): void {
  const help = 'Requests that were rejected, and work that was left out, while the gateway was overloaded.';
  const shed = registry.counter('concierge_shed', help, { labels: ['kind'] });
  registry.beforeWriting(() => {
    for (const [kind, count] of Object.entries(read() ?? {})) shed.with(kind).value = count;
  });
}

function readTraces(registry: MetricsRegistry, read: Figures['traces']): void {
  if (!read) return;
  const labels = ['outcome'];
  const traces = registry.counter('concierge_traces', 'Traces: sampled, or by a tail rule, or beyond its limit.', {
    labels,
  });
  const spans = registry.counter('concierge_trace_spans', 'Spans that were exported, dropped or not accepted.', {
    labels,
  });
  registry.beforeWriting(() => {
    const counts = read();
    for (const [outcome, count] of Object.entries(counts.traces)) traces.with(outcome).value = count;
    for (const [outcome, count] of Object.entries(counts.spans)) spans.with(outcome).value = count;
  });
}

const outcomes = { hits: 'hit', stale: 'stale', misses: 'miss' } as const;
