// Tracer: begins the traces of a gateway, and decides at their end which are exported: those that were sampled at the
// beginning, and by the tail rules those with an error and those that took long.
import type { IncomingHttpHeaders } from 'node:http';
import type { PropagationFormat, TracingSettings } from '../../config/tracing.ts';
import { isSampledId, newTraceId } from './random-ids.ts';
import { TailBudget } from './tail-budget.ts';
import { meaningOf, Trace, type TraceEnd, type TraceOwner } from './trace.ts';
import { type RemoteContext, readBaggage, readContext, SAMPLED } from './trace-context.ts';

export interface TraceExporter {
  /** Takes over a trace that has ended, or drops it. */
  add(trace: Trace): void;
}

/** Numbers of traces that have ended. */
export interface TraceCounts {
  sampled: number;
  /** By a tail rule. */
  tail: number;
  /** Those beyond `tailPerSecond`. */
  tail_limited: number;
}

type TracerSettings = Omit<TracingSettings, 'export'>;

export class Tracer implements TraceOwner {
  readonly formats: readonly PropagationFormat[];
  readonly hasDocuments: boolean;
  readonly counts: TraceCounts = { sampled: 0, tail: 0, tail_limited: 0 };
  readonly #settings: TracerSettings;
  readonly #exporter: TraceExporter | null;
  readonly #tail: TailBudget;

  /**
   * @param exporter null where nothing is exported.
   * @param now milliseconds.
   */
  constructor(settings: TracerSettings, exporter: TraceExporter | null, now?: () => number) {
    this.#settings = settings;
    this.#exporter = exporter;
    this.formats = settings.propagation;
    this.hasDocuments = settings.document;
    this.#tail = new TailBudget(settings.tailPerSecond, now);
  }

  /**
   * Begins the trace of a request: as a part of the trace in its header fields where their sender is trusted, else a new
   * one, linked to that.
   */
  begin(headers: IncomingHttpHeaders, isTrusted: () => boolean): Trace {
    const context = this.#hasFields(headers) ? readContext(headers, this.formats) : null;
    if (!context && headers.baggage === undefined) return this.#new(null, null);
    if (!isTrusted()) return this.#new(context, null);
    const baggage = readBaggage(headers);
    return context ? this.#continue(context, baggage) : this.#new(null, baggage);
  }

  beginLinked({ traceId, spanId, flags, baggage }: Trace): Trace {
    return this.#new({ traceId, spanId, flags }, baggage);
  }

  #hasFields(headers: IncomingHttpHeaders): boolean {
    if (headers.traceparent !== undefined) return true;
    return this.formats.length > 1 || this.formats[0] !== 'w3c';
  }

  #new(link: Trace['link'], baggage: string | null): Trace {
    const { traceId, isSampled } = newTraceId(this.#settings.ratio);
    const context = link && { traceId: link.traceId, spanId: link.spanId, flags: link.flags };
    return new Trace(
      this,
      { traceId, flags: isSampled ? SAMPLED : 0 },
      { parentId: null, state: null, baggage, link: context },
    );
  }

  #continue({ traceId, spanId, flags, state, isDecided }: RemoteContext, baggage: string | null): Trace {
    const { ratio, followsParent } = this.#settings;
    const isSampled = followsParent && isDecided ? (flags & SAMPLED) !== 0 : isSampledId(traceId, ratio);
    const own = isSampled ? flags | SAMPLED : flags & ~SAMPLED;
    return new Trace(this, { traceId, flags: own }, { parentId: spanId, state, baggage, link: null });
  }

  ended(trace: Trace, end: TraceEnd): boolean {
    if (trace.isSampled) {
      this.counts.sampled += 1;
      this.#exporter?.add(trace);
      return this.#exporter !== null;
    }
    if (!this.#exporter) return false;
    // A client that has left, which status 499 stands for, is no error.
    const meaning = meaningOf(end);
    const hasFailed = meaning >= 400 && meaning !== CLIENT_CLOSED;
    const isSlow = trace.duration > this.#settings.slow && end.operation?.type !== 'subscription';
    if (!hasFailed && !isSlow) return false;
    if (!this.#tail.take(hasFailed && meaning < 500)) {
      this.counts.tail_limited += 1;
      return false;
    }
    this.counts.tail += 1;
    this.#exporter.add(trace);
    return true;
  }
}

const CLIENT_CLOSED = 499;
