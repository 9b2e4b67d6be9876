// Trace: record of one request, or of one operation or event, while it is served. It becomes spans only if it is
// exported, which is decided at its end.
import type { DocumentNode, GraphQLError } from 'graphql';
import type { PropagationFormat } from '../../config/tracing.ts';
import { statusOf } from '../../errors.ts';
import { newSpanId } from './random-ids.ts';
import { SAMPLED, type SpanContext, writeContext } from './trace-context.ts';

/** One request to a subgraph, to one of its addresses. Times in milliseconds of `performance.now()`. */
export class FetchRecord {
  readonly spanId = newSpanId();
  readonly subgraph: string;
  /** Scheme, host and port; null where another request's fetch was joined. */
  readonly origin: string | null;
  readonly path: string;
  method = 'POST';
  /** Path with the places of its parameters; null where it has none. */
  template: string | null = null;
  /** From 1. */
  readonly attempt: number;
  /** The fetch that was joined; null for one of its own. */
  readonly joined: SpanContext | null;
  readonly started = performance.now();
  duration = 0;
  /** `ok`, or the code of the failure. */
  outcome = 'ok';
  /** 0 without a response. */
  status = 0;
  /** Of the response, as they came over the network. */
  bytes = 0;

  constructor(subgraph: string, origin: string | null, path: string, attempt: number, joined: SpanContext | null) {
    this.subgraph = subgraph;
    this.origin = origin;
    this.path = path;
    this.attempt = attempt;
    this.joined = joined;
  }

  end(outcome: string): void {
    this.outcome = outcome;
    this.duration = performance.now() - this.started;
  }
}

/** A part of the request that had to wait. */
export interface StageRecord {
  name: string;
  started: number;
  duration: number;
}

/** What a trace is of. */
export type TraceKind = 'http' | 'websocket' | 'event' | 'background';

/** What is known of a request at its end. */
export interface TraceEnd {
  kind: TraceKind;
  requestId: string;
  method?: string | undefined;
  path?: string;
  /** Pattern of the path; undefined where there is none. */
  route?: string | undefined;
  /** Value of the `Host` field. */
  host?: string | undefined;
  /** Undefined where there is no HTTP response. */
  status?: number;
  operation?: { name: string | undefined; type: string } | null;
  client?: string | null;
  /** Codes of the errors in the response. */
  codes?: readonly string[] | undefined;
}

/** What the traces of a gateway share. */
export interface TraceOwner {
  readonly formats: readonly PropagationFormat[];
  /** Whether spans have the text of the document. */
  readonly hasDocuments: boolean;
  /** Begins a trace of something that a request has caused. */
  beginLinked(origin: Trace): Trace;
  /** @returns whether the trace is exported. */
  ended(trace: Trace, end: TraceEnd): boolean;
}

/** More of them are not recorded, and counted: operations of resolvers may send any number. */
const MAX_RECORDS = 200;

export class Trace implements SpanContext {
  readonly traceId: string;
  /** Of the span of the request itself. */
  readonly spanId = newSpanId();
  /** Span id of the parent elsewhere; null where the trace begins here. */
  readonly parentId: string | null;
  readonly flags: number;
  readonly state: string | null;
  readonly baggage: string | null;
  /** A span that this one belongs to without being its child; null without one. */
  readonly link: SpanContext | null;
  started = performance.now();
  duration = 0;
  fetches: FetchRecord[] | null = null;
  stages: StageRecord[] | null = null;
  /** Fetches that are not recorded. */
  dropped = 0;
  document: DocumentNode | null = null;
  ended: TraceEnd | null = null;
  readonly #owner: TraceOwner;

  constructor(
    owner: TraceOwner,
    { traceId, flags }: Pick<SpanContext, 'traceId' | 'flags'>,
    from: { parentId: string | null; state: string | null; baggage: string | null; link: SpanContext | null },
  ) {
    this.#owner = owner;
    this.traceId = traceId;
    this.flags = flags;
    this.parentId = from.parentId;
    this.state = from.state;
    this.baggage = from.baggage;
    this.link = from.link;
  }

  get isSampled(): boolean {
    return (this.flags & SAMPLED) !== 0;
  }

  /** The trace id where the trace is sampled, for exemplars. */
  get sampledId(): string | undefined {
    return this.isSampled ? this.traceId : undefined;
  }

  /** Records the text of the operation, where spans have it. */
  setDocument(document: DocumentNode): void {
    if (this.#owner.hasDocuments) this.document = document;
  }

  /** A record of a request to a subgraph, whose header fields are added to `headers`. */
  fetch(subgraph: string, origin: string, path: string, attempt: number, headers: string[]): FetchRecord {
    const fetch = new FetchRecord(subgraph, origin, path, attempt, null);
    this.#add(fetch);
    writeContext(headers, this, fetch.spanId, this.#owner.formats);
    return fetch;
  }

  /** A record of a fetch that another request has sent, and this one waits for as well. */
  join(subgraph: string, other: Trace | null | undefined): FetchRecord {
    const spanId = other?.fetches?.findLast((fetch) => fetch.subgraph === subgraph)?.spanId ?? other?.spanId;
    return this.joinSpan(
      subgraph,
      other && spanId !== undefined ? { traceId: other.traceId, spanId, flags: other.flags } : null,
    );
  }

  /** As `join`, where the span of the other's fetch is known; null where the other is not traced. */
  joinSpan(subgraph: string, link: SpanContext | null): FetchRecord {
    const fetch = new FetchRecord(subgraph, null, '', 1, link);
    this.#add(fetch);
    return fetch;
  }

  #add(fetch: FetchRecord): void {
    this.fetches ??= [];
    if (this.fetches.length < MAX_RECORDS) this.fetches.push(fetch);
    else this.dropped += 1;
  }

  /** Records the time that a part of the request waits: nothing for one that is done already. */
  wait<Value>(name: string, value: Value | Promise<Value>): Value | Promise<Value> {
    if (!(value instanceof Promise)) return value;
    const started = performance.now();
    return value.finally(() => {
      this.stages ??= [];
      if (this.stages.length >= MAX_RECORDS) return;
      this.stages.push({ name, started, duration: performance.now() - started });
    });
  }

  /**
   * A trace of its own for work that is not part of this request, linked to it.
   * @param end what is known of its end; it ends by `finish`.
   */
  linked(end: TraceEnd | null): Trace {
    const trace = this.#owner.beginLinked(this);
    trace.ended = end;
    return trace;
  }

  /** Ends work that was begun by `linked`. */
  finish(errors: readonly Pick<GraphQLError, 'extensions'>[] | undefined): void {
    if (!this.ended) return;
    this.end({ ...this.ended, codes: errors && codesOf(errors) });
  }

  /** The event that the trace is of has arrived: what came before was waiting for it. */
  arrived(): void {
    this.started = this.fetches?.[0]?.started ?? performance.now();
  }

  /** @returns whether the trace is exported. */
  end(ended: TraceEnd): boolean {
    this.duration = performance.now() - this.started;
    this.ended = ended;
    return this.#owner.ended(this, ended);
  }
}

/** The codes of errors, each once. */
export function codesOf(errors: readonly Pick<GraphQLError, 'extensions'>[]): string[] {
  return [...new Set(errors.map(({ extensions }) => String(extensions?.code ?? 'UNKNOWN')))];
}

/**
 * The status that says what has become of a request: its own, or where that is a success in spite of errors, such as of a
 * document that is not valid, the one that its first error stands for: 4xx for the client's, 500 for all others.
 */
export function meaningOf({ status = 200, codes }: TraceEnd): number {
  if (status >= 400 || codes === undefined) return status;
  return statusOf(codes[0]) ?? 500;
}
