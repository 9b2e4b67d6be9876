// Span queue: traces that wait for their export. They are exported in batches, one after the other, so that a slow
// collector makes the queue longer up to its bound, and nothing else; what does not fit is dropped and counted.
import type { Logger } from '../log.ts';
import { addSpans, type Span, type SpanOrigin, spanCount } from './spans.ts';
import type { Trace } from './trace.ts';
import type { TraceExporter } from './tracer.ts';

/** The part of OpenTelemetry's exporters that is used. */
export interface BatchExporter<Resource = unknown> {
  export(spans: Span<Resource>[], done: (result: { code: number; error?: Error }) => void): void;
  shutdown(): Promise<void>;
}

/** Numbers of spans. */
export interface SpanCounts {
  exported: number;
  /** Without room in the queue. */
  dropped: number;
  /** The collector has not taken them. */
  failed: number;
}

export interface SpanQueueOptions {
  exporter: BatchExporter;
  origin: SpanOrigin;
  /** Maximum number of waiting spans. */
  maxQueued: number;
  log: Pick<Logger, 'warn' | 'info'>;
  /** Milliseconds that spans wait for others at most. Default: 5,000. */
  delay?: number;
}

/** Spans, in a batch: as soon as there are so many, they are exported. */
const BATCH = 512;

/** Milliseconds between two lines about failures. */
const FAILURE_PAUSE = 60_000;

/** How long the end of the gateway waits for the collector, in milliseconds. */
const CLOSE_TIMEOUT = 3_000;

export class SpanQueue implements TraceExporter {
  readonly counts: SpanCounts = { exported: 0, dropped: 0, failed: 0 };
  readonly #options: SpanQueueOptions;
  readonly #delay: number;
  #waiting: Trace[] = [];
  #spans = 0;
  #timer: NodeJS.Timeout | null = null;
  #exporting: Promise<void> | null = null;
  /** Of the last line about a failure, in milliseconds; null where the last batch was exported. */
  #failedAt: number | null = null;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
    this.#delay = options.delay ?? 5_000;
  }

  /** Number of waiting spans. */
  get size(): number {
    return this.#spans;
  }

  add(trace: Trace): void {
    const spans = spanCount(trace);
    if (this.#spans + spans > this.#options.maxQueued) {
      this.counts.dropped += spans;
      return;
    }
    this.#waiting.push(trace);
    this.#spans += spans;
    if (this.#spans >= BATCH) this.#export();
    else this.#wait();
  }

  /** Exports what waits, within three seconds; what is left then is dropped. */
  async close(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => resolve('late'), CLOSE_TIMEOUT);
    while (this.#spans > 0 || this.#exporting) {
      if (!this.#exporting) this.#export();
      if ((await Promise.race([this.#exporting, late])) === 'late') break;
    }
    clearTimeout(timer);
    if (this.#timer) clearTimeout(this.#timer);
    this.counts.dropped += this.#spans;
    this.#waiting = [];
    this.#spans = 0;
    // It waits for what it still sends, which has had its time.
    this.#options.exporter.shutdown().catch((error: Error) => this.#failed(0, error));
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => this.#export(), this.#delay).unref();
  }

  #export(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#exporting || this.#spans === 0) return;
    this.#exporting = this.#send(this.#take()).then(() => {
      this.#exporting = null;
      if (this.#spans >= BATCH) this.#export();
      else if (this.#spans > 0) this.#wait();
    });
  }

  /** The oldest traces, of about one batch together. */
  #take(): Span[] {
    const spans: Span[] = [];
    const offset = Date.now() - performance.now();
    let taken = 0;
    for (const trace of this.#waiting) {
      if (spans.length >= BATCH) break;
      this.#spans -= spanCount(trace);
      taken += 1;
      addSpans(spans, trace, this.#options.origin, offset);
    }
    this.#waiting.splice(0, taken);
    return spans;
  }

  #send(spans: Span[]): Promise<void> {
    return new Promise((resolve) => {
      // Not within the request that fills the batch.
      setImmediate(() => {
        try {
          this.#options.exporter.export(spans, ({ code, error }) => {
            if (code === 0) this.#exported(spans.length);
            else this.#failed(spans.length, error);
            resolve();
          });
        } catch (error) {
          this.#failed(spans.length, error as Error);
          resolve();
        }
      });
    });
  }

  #exported(spans: number): void {
    this.counts.exported += spans;
    if (this.#failedAt !== null) this.#options.log.info({ ...this.counts }, 'spans are exported again');
    this.#failedAt = null;
  }

  #failed(spans: number, error: Error | undefined): void {
    this.counts.failed += spans;
    const now = performance.now();
    if (this.#failedAt !== null && now - this.#failedAt < FAILURE_PAUSE) return;
    this.#failedAt = now;
    this.#options.log.warn({ ...this.counts, reason: error?.message ?? 'unknown' }, 'spans cannot be exported');
  }
}
