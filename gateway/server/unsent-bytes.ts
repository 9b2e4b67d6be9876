// Bytes of responses that clients have not read yet: bounded for one connection and in all, and in the time without any
// progress. Only what makes no progress is cut off: large responses to many clients that read them are no attack.
import type { HttpConfig } from '../config/http.ts';
import { milliseconds } from '../config/values.ts';
import { LimitedLog } from '../telemetry/limited-log.ts';
import type { Logger } from '../telemetry/log.ts';

export interface Destination {
  /** Identifies the connection, which may have several responses. */
  connection: object;
  /** Of the client, for the log. */
  address: string | undefined;
  /** Whether the time without progress is bounded elsewhere. Default: false. */
  hasOwnTimeout?: boolean;
  /** Cuts the response off. */
  cut(): void;
}

/** A response that waits for its client. */
export interface Waiting {
  /** Sets the number of bytes in memory; fewer than before are progress. */
  set(bytes: number): void;
  /** To be called when the client has read a part, which stays in memory with the rest. */
  progress(): void;
}

interface Entry extends Destination {
  bytes: number;
  /** Milliseconds of a monotonic clock. */
  progress: number;
}

/** Milliseconds without progress that a client that reads may show: its machine takes what is sent in portions. */
const MAX_PATIENCE_MS = 5_000;

export class UnsentBytes {
  readonly #maxPerConnection: number;
  readonly #maxTotal: number;
  readonly #stallTimeout: number;
  /** Milliseconds without progress after which a limit of bytes applies. */
  readonly #patience: number;
  readonly #log: LimitedLog;
  readonly #now: () => number;
  /** The one that has made no progress for the longest time is the first. */
  readonly #entries = new Set<Entry>();
  readonly #perConnection = new Map<object, number>();
  #total = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param now milliseconds of a monotonic clock. */
  constructor(config: HttpConfig, log: Logger, now: () => number = () => performance.now()) {
    this.#maxPerConnection = config.maxUnsentBytes;
    this.#maxTotal = config.maxUnsentTotal;
    this.#stallTimeout = milliseconds(config.stallTimeout);
    this.#patience = Math.min(MAX_PATIENCE_MS, this.#stallTimeout / 4);
    this.#log = new LimitedLog(log, 'response cut off');
    this.#now = now;
  }

  /** Bytes that wait in all. */
  get total(): number {
    return this.#total;
  }

  open(destination: Destination): Waiting {
    const entry: Entry = { ...destination, bytes: 0, progress: this.#now() };
    return { set: (bytes) => this.#set(entry, bytes), progress: () => this.#progress(entry) };
  }

  #progress(entry: Entry): void {
    if (entry.bytes === 0) return;
    entry.progress = this.#now();
    this.#entries.delete(entry);
    this.#entries.add(entry);
  }

  #set(entry: Entry, bytes: number): void {
    const added = bytes - entry.bytes;
    if (added === 0) return;
    const { connection } = entry;
    const ofConnection = (this.#perConnection.get(connection) ?? 0) + added;
    if (ofConnection > 0) this.#perConnection.set(connection, ofConnection);
    else this.#perConnection.delete(connection);
    this.#total += added;
    const isNew = entry.bytes === 0;
    entry.bytes = bytes;
    if (bytes === 0) this.#entries.delete(entry);
    else if (added < 0 || isNew) this.#progress(entry);
    if (added < 0) return;
    // It ends by itself: a timer for each response would cost more than a few checks of nothing.
    this.#timer ??= setInterval(() => this.#check(), this.#patience / 2).unref();
    if (this.#total > this.#maxTotal || ofConnection > this.#maxPerConnection) this.#check();
  }

  #check(): void {
    if (this.#entries.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = this.#now();
    for (const entry of this.#entries) {
      const stalled = now - entry.progress;
      if (stalled < this.#patience) return;
      const reason = this.#reasonToCut(entry, stalled);
      if (reason === null) continue;
      const { address, bytes } = entry;
      this.#set(entry, 0);
      this.#log.write(() => ({ address, bytes, reason }));
      entry.cut();
    }
  }

  #reasonToCut({ connection, hasOwnTimeout = false }: Entry, stalled: number): string | null {
    if (stalled >= this.#stallTimeout && !hasOwnTimeout) {
      return `the client has read nothing for ${this.#stallTimeout} ms (http.stallTimeout)`;
    }
    if (this.#total > this.#maxTotal) {
      return `more than ${this.#maxTotal} bytes wait for clients (http.maxUnsentTotal)`;
    }
    if ((this.#perConnection.get(connection) ?? 0) > this.#maxPerConnection) {
      return `more than ${this.#maxPerConnection} bytes wait on its connection (http.maxUnsentBytes)`;
    }
    return null;
  }
}
