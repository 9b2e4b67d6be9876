// Shared subscription: one upstream subscription and its readers. It is read at the pace of the fastest of them: what
// waits for the others is stored once, within bounds, and a reader that falls behind them is interrupted.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SubgraphSeries } from '../../telemetry/metrics/subgraph-metrics.ts';
import type { FetchRecord, Trace } from '../../telemetry/trace/trace.ts';
import type { SpanContext } from '../../telemetry/trace/trace-context.ts';
import { Cancellation } from '../cancellation.ts';
import { SubgraphError } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import type { UpstreamEvent } from './event-queue.ts';
import type { OpenedStream, UpstreamStream } from './stream-opener.ts';
import { SubscriptionReader } from './subscription-reader.ts';

export interface SharedSubscriptionOptions {
  subgraph: string;
  /** Events that wait for one of its readers, at most; and their bytes. */
  maxQueued: number;
  maxQueuedBytes: number;
  series?: SubgraphSeries | undefined;
  /** Opens an upstream subscription. @throws SubgraphError, RequestCancelled */
  open(body: string, scope: SubgraphScope): Promise<OpenedStream>;
  /** Called at least once, when it takes no more readers. */
  onEnd(): void;
}

interface Entry {
  response: SubgraphResponse;
  bytes: number;
  /** Readers that have not read it. */
  unread: number;
}

/** Readers that get an event in one turn of the event loop: each completes and sends a response of its own. */
const READERS_PER_TURN = 32;

export class SharedSubscription {
  readonly #options: SharedSubscriptionOptions;
  readonly #readers = new Set<SubscriptionReader>();
  /** Those that have read everything. */
  #waiting = new Set<SubscriptionReader>();
  readonly #cancellation = new Cancellation();
  readonly #opened: Promise<void>;
  /** Span of the request to the service, for the readers that have joined. */
  #span: SpanContext | null = null;
  #stream: UpstreamStream | null = null;
  #entries: Entry[] = [];
  /** Number of the first entry. */
  #first = 0;
  #bytes = 0;
  #isReading = false;
  #end: { error: Error | null } | null = null;

  /** @param scope of its first reader, which is to join it. */
  constructor(body: string, scope: SubgraphScope, options: SharedSubscriptionOptions) {
    this.#options = options;
    this.#opened = this.#open(body, scope);
  }

  /** The reader, as soon as there are events. @throws SubgraphError, RequestCancelled */
  async join(scope: SubgraphScope): Promise<SubscriptionReader> {
    const { subgraph, series } = this.#options;
    const reader = new SubscriptionReader(this, subgraph, scope, this.#first + this.#entries.length);
    if (this.#readers.size > 0) reader.joined(this.#span);
    this.#readers.add(reader);
    series?.subscriptionReaders.add(1);
    try {
      await Promise.race([this.#opened, reader.left]);
      reader.start();
      return reader;
    } catch (error) {
      this.leave(reader);
      throw reader.fail(error as Error);
    }
  }

  /** What has come after the reader's position; `ended` after the last event; null where it has to wait. */
  take(reader: SubscriptionReader): SubgraphResponse | 'ended' | null {
    const index = reader.position - this.#first;
    if (index < 0) throw this.#overflow(-index);
    const entry = this.#entries[index];
    if (entry) {
      reader.position += 1;
      entry.unread -= 1;
      this.#trim();
      return entry.response;
    }
    if (this.#end?.error) throw this.#end.error;
    if (this.#end) return 'ended';
    this.#waiting.add(reader);
    void this.#read();
    return null;
  }

  leave(reader: SubscriptionReader): void {
    if (!this.#readers.delete(reader)) return;
    this.#options.series?.subscriptionReaders.add(-1);
    this.#waiting.delete(reader);
    for (let index = Math.max(0, reader.position - this.#first); index < this.#entries.length; index += 1) {
      (this.#entries[index] as Entry).unread -= 1;
    }
    this.#trim();
    if (this.#readers.size > 0) return;
    this.#options.onEnd();
    this.#stream?.leave();
    this.#cancellation.cancel();
  }

  async #open(body: string, scope: SubgraphScope): Promise<void> {
    const own = upstreamScope(this.#options.subgraph, scope, this.#cancellation);
    try {
      const { stream, fetch } = await this.#options.open(body, own);
      this.#begin(fetch, own.trace ?? null);
      // The trace of the first reader ends with it.
      own.trace = null;
      this.#stream = stream;
      if (this.#readers.size === 0) stream.leave();
    } catch (error) {
      this.#options.onEnd();
      this.#end = { error: error as Error };
      throw error;
    }
  }

  #begin(fetch: FetchRecord | null, trace: Trace | null): void {
    if (!fetch || !trace) return;
    this.#span = { traceId: trace.traceId, spanId: fetch.spanId, flags: trace.flags };
    const [first] = this.#readers;
    first?.record(fetch);
  }

  /** Reads events as long as a reader waits. */
  async #read(): Promise<void> {
    if (this.#isReading || this.#end) return;
    this.#isReading = true;
    while (this.#waiting.size > 0 && !this.#end) {
      try {
        const { done, value } = await (this.#stream as UpstreamStream).next();
        if (done) this.#end = { error: null };
        else this.#add(value);
      } catch (error) {
        this.#end = { error: error as Error };
      }
      if (this.#end) this.#options.onEnd();
      await this.#deliver();
    }
    this.#isReading = false;
  }

  #add({ response, bytes }: UpstreamEvent): void {
    const { maxQueued, maxQueuedBytes, series } = this.#options;
    series?.subscriptionEvents.add(1);
    const unread = this.#readers.size;
    if (unread === 0) return;
    this.#entries.push({ response: unread > 1 ? { ...response, isShared: true } : response, bytes, unread });
    this.#bytes += bytes;
    while (this.#entries.length > 1 && (this.#entries.length > maxQueued || this.#bytes > maxQueuedBytes))
      this.#shift();
  }

  /** In batches: thousands of readers would block the event loop. */
  async #deliver(): Promise<void> {
    const due = this.#waiting;
    this.#waiting = new Set();
    let left = READERS_PER_TURN;
    for (const reader of due) {
      if (left === 0) {
        await nextTurn();
        left = READERS_PER_TURN;
      }
      left -= 1;
      reader.wake();
    }
  }

  #trim(): void {
    while (this.#entries[0]?.unread === 0) this.#shift();
  }

  #shift(): void {
    this.#bytes -= (this.#entries.shift() as Entry).bytes;
    this.#first += 1;
  }

  #overflow(lost: number): SubgraphError {
    const { subgraph, maxQueued, maxQueuedBytes } = this.#options;
    const detail = `${lost} events were dropped: more than ${maxQueued}, or ${maxQueuedBytes} bytes, waited to be read`;
    return new SubgraphError(subgraph, 'TOO_MANY_EVENTS', detail);
  }
}

/** Neither the request of the first reader nor its caller's credentials beyond those that are sent. */
function upstreamScope(subgraph: string, scope: SubgraphScope, cancellation: Cancellation): SubgraphScope {
  const { requestId, forwarded, identity, variants, isIsolated, trace } = scope;
  const headers = [...(forwarded?.headersFor(subgraph) ?? [])];
  const [key, carriesCredentials] = [
    forwarded?.keyFor(subgraph) ?? '',
    forwarded?.carriesCredentials(subgraph) ?? false,
  ];
  return {
    ...{ requestId, cancellation, calls: { push: () => undefined } },
    forwarded: { headersFor: () => headers, keyFor: () => key, carriesCredentials: () => carriesCredentials },
    ...(identity && { identity: { key: identity.key, subject: identity.subject } }),
    ...(variants && { variants }),
    ...(isIsolated && { isIsolated }),
    ...(trace && { trace }),
  };
}
