// Ring of recent requests: the latest ones that have ended, in slots that are made once and written over. Of a request,
// nothing but texts and numbers is in it: neither values of variables, nor header fields, nor anything about a person.
import type { Plan } from '../query-plan/plan.ts';
import type { MeasuredOperation } from '../telemetry/metrics/request-metrics.ts';

export const RING_SIZE = 1_000;

/** Fetches of one request; further ones are only counted. */
export const MAX_FETCHES = 50;

/** Requests that a reader may leave unread before it is called. */
const MAX_UNREAD = RING_SIZE / 2;

/** One request to a subgraph; times in milliseconds. */
export class RecentFetch {
  /** Number of the plan's fetch; -1 where the request is of another plan. */
  fetch = -1;
  subgraph = '';
  /** Null where nothing was sent to an address. */
  address: string | null = null;
  attempt = 1;
  /** From the start of the client's request. */
  start = 0.5;
  /** To the head of the response; -1 without one. */
  wait = 0.5;
  duration = 0.5;
  bytes = 0;
  outcome = '';
  isJoined = false;
  /** Entities that the plan's fetch needed, and those of them that were cached. */
  keys = 0;
  cached = 0;
}

/** One request that has ended; times in milliseconds. */
export class RecentRequest {
  /** Counted from 1, in the order of their ends. */
  number = 0;
  requestId = '';
  /** Of its end, since 1970. */
  time = 0.5;
  duration = 0.5;
  method = '';
  path = '';
  status = 0;
  bytes = 0;
  /** Null where it ended before its operation was known. */
  operation: MeasuredOperation | null = null;
  /** Null where it has ended before, or cannot be planned. */
  plan: Plan | null = null;
  client: string | null = null;
  cache: string | null = null;
  codes: readonly string[] | undefined;
  traceId: string | null = null;
  /** Estimated, and that of the response; null where nothing depends on them. */
  cost: number | null = null;
  actualCost: number | null = null;
  /** Number of fetches; the first ones are in `fetches`. */
  fetchCount = 0;
  /** Slots: those beyond `fetchCount` are of an earlier request. */
  readonly fetches: RecentFetch[] = [];

  get isFailed(): boolean {
    return this.status >= 400 || this.codes !== undefined;
  }

  /** The slot of the next fetch; null where there are too many. */
  nextFetch(): RecentFetch | null {
    const index = this.fetchCount;
    this.fetchCount += 1;
    if (index >= MAX_FETCHES) return null;
    const slot = this.fetches[index];
    if (slot) return slot;
    const made = new RecentFetch();
    this.fetches.push(made);
    return made;
  }

  /** Its own fetches. */
  *ownFetches(): Generator<RecentFetch, void> {
    const count = Math.min(this.fetchCount, MAX_FETCHES);
    for (let index = 0; index < count; index += 1) yield this.fetches[index] as RecentFetch;
  }
}

export class RequestRing {
  readonly #slots: RecentRequest[] = [];
  readonly #made = Date.now();
  #total = 0;
  #unread = 0;
  #read: (() => void) | null = null;

  /** Milliseconds since 1970 from which on it has all requests. */
  get since(): number {
    return this.#total > RING_SIZE ? (this.#slots[this.#total % RING_SIZE] as RecentRequest).time : this.#made;
  }

  /** Number of the latest request; 0 before the first. */
  get total(): number {
    return this.#total;
  }

  /** Sets what is called before requests are written over that it has not read; null for nothing. */
  set reader(read: (() => void) | null) {
    this.#read = read;
    this.#unread = 0;
  }

  /** The slot of the request that has ended now, to be filled at once. */
  next(): RecentRequest {
    if (this.#read !== null) {
      this.#unread += 1;
      if (this.#unread > MAX_UNREAD) {
        this.#unread = 1;
        this.#read();
      }
    }
    const index = this.#total % RING_SIZE;
    this.#total += 1;
    let slot = this.#slots[index];
    if (!slot) {
      slot = new RecentRequest();
      this.#slots.push(slot);
    }
    slot.number = this.#total;
    slot.fetchCount = 0;
    return slot;
  }

  /** Requests after the one of this number, from the oldest that is still there on. */
  *after(number: number): Generator<RecentRequest, void> {
    const first = Math.max(number, this.#total - RING_SIZE);
    for (let index = first; index < this.#total; index += 1) yield this.#slots[index % RING_SIZE] as RecentRequest;
  }
}
