// Upstream: one address of a subgraph while the gateway runs, with its connections, what is known of its latency, and
// whether it gets requests.
import type { ConnectionPool } from './connection.ts';
import type { WebSocketTarget } from './subscriptions/web-socket-target.ts';
import type { UploadConnection } from './uploads/upload-connection.ts';

export interface UpstreamOptions {
  /** Differs from that of every other address of the subgraph; it may have credentials. */
  key: string;
  /** URL without credentials, for operators. */
  label: string;
  /** Scheme, host and port. */
  origin: string;
  /** Path and query. */
  path: string;
  /** The same for subscriptions. */
  streamPath: string;
  /** Header fields of the gateway's own in queries and mutations, names and values in turn. */
  headers: readonly string[];
  /** The same for event streams. */
  streamHeaders: readonly string[];
  /** Whether these contain credentials of the gateway. */
  hasCredentials: boolean;
  pool: ConnectionPool;
  /** Opens a connection for one request with files; null where it takes none. */
  openUpload: (() => UploadConnection) | null;
  /** For subscriptions over WebSockets; null where they have event streams. */
  webSocket?: WebSocketTarget | null;
}

/** Milliseconds after which a latency counts for a third, in the mean and without further requests. */
const DECAY = 10_000;

/** Number of latencies that the one at a new beginning counts for. */
const ASSUMED = 10;

/** Milliseconds that a failure is charged as: for so long, the address appears that much slower. */
const FAILURE = 1_000;

/** Failures in a row that are charged. */
const MAX_CHARGED = 10;

/** Milliseconds: between faster addresses only the requests in flight make a difference. */
const MIN_LATENCY = 0.1;

/** Milliseconds in which the share of an address that has come, or come back, grows to the full one. */
export const SLOW_START = 10_000;

const MIN_SHARE = 0.1;

export class Upstream {
  readonly key: string;
  readonly label: string;
  readonly origin: string;
  readonly path: string;
  readonly streamPath: string;
  readonly headers: readonly string[];
  readonly streamHeaders: readonly string[];
  readonly hasCredentials: boolean;
  readonly pool: ConnectionPool;
  readonly openUpload: UpstreamOptions['openUpload'];
  readonly webSocket: WebSocketTarget | null;
  inFlight = 0;
  /** Failures since the last usable response. */
  failuresInRow = 0;
  /** Whether no connection could be opened at the last failure. */
  isUnreachable = false;
  /** Ejections in a row. */
  ejections = 0;
  isEjected = false;
  /** Time of the end of its latest ejection. */
  ejectedUntil = Number.NEGATIVE_INFINITY;
  /** By active health checks; true without any. */
  isHealthy = true;
  /** Sum of latencies, and their number; both fall with the age of the latencies. */
  #sum = 0;
  #count = 0;
  #measured = 0;
  /** Time at which the first of the requests was sent that no response has followed; 0 where there is none. */
  #unanswered = 0;
  /** Time until which its last failure is charged. */
  #chargedUntil = 0;
  /** Time from which its share grows; 0 where it is the full one. */
  #starting = 0;

  constructor({
    key,
    label,
    origin,
    path,
    streamPath,
    headers,
    streamHeaders,
    hasCredentials,
    pool,
    openUpload,
    webSocket,
  }: UpstreamOptions) {
    this.key = key;
    this.label = label;
    this.origin = origin;
    this.path = path;
    this.streamPath = streamPath;
    this.headers = headers;
    this.streamHeaders = streamHeaders;
    this.hasCredentials = hasCredentials;
    this.pool = pool;
    this.openUpload = openUpload;
    this.webSocket = webSocket ?? null;
  }

  /** To be called when a request is sent to it. Times are milliseconds of one clock, above 0. */
  begin(now: number): void {
    this.inFlight += 1;
    if (this.#unanswered === 0) this.#unanswered = now;
  }

  /** To be called when the head of a response has arrived: it is not hung, however slow a single operation is. */
  respond(): void {
    this.#unanswered = 0;
  }

  /** To be called at the end of each request. */
  end(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) this.#unanswered = 0;
  }

  /** To be called for a response with data, after this many milliseconds. */
  succeed(now: number, duration: number): void {
    this.failuresInRow = 0;
    this.isUnreachable = false;
    this.#chargedUntil = 0;
    const weight = Math.exp((this.#measured - now) / DECAY);
    this.#sum = this.#sum * weight + duration;
    this.#count = this.#count * weight + 1;
    this.#measured = now;
  }

  /** To be called for a failure of the address: not for errors in responses, nor for requests that were cancelled. */
  fail(now: number): void {
    this.failuresInRow += 1;
    this.#chargedUntil = now + FAILURE * Math.min(this.failuresInRow, MAX_CHARGED);
  }

  /** Begins anew with the latency of others, and a share that grows. */
  restart(now: number, latency: number): void {
    this.#sum = latency * ASSUMED;
    this.#count = ASSUMED;
    this.#measured = now;
    this.#chargedUntil = 0;
    this.#starting = now;
  }

  /** Milliseconds that a response is expected to take. Without requests, it falls with time. */
  latency(now: number): number {
    const mean = this.#count === 0 ? 0 : (this.#sum / this.#count) * Math.exp((this.#measured - now) / DECAY);
    const age = this.#unanswered === 0 ? 0 : now - this.#unanswered;
    return Math.max(mean, age, this.#chargedUntil - now, MIN_LATENCY);
  }

  /** What one more request would cost there, to be compared with other addresses. */
  cost(now: number): number {
    return this.latency(now) * (this.inFlight + 1);
  }

  /** Share of the requests that it gets of those that it is chosen for: 1, or less after its start. */
  share(now: number): number {
    if (this.#starting === 0) return 1;
    const share = (now - this.#starting) / SLOW_START;
    if (share >= 1) this.#starting = 0;
    return Math.max(share, MIN_SHARE);
  }
}
