// Fetch recorder: every request that a client's request causes to subgraphs, for the explanation of its response.
// Every other request has none.

/** One request to a subgraph, or one execution inside the gateway. */
export interface FetchRecord {
  /** Number of the plan's fetch; null for the requests of operations that resolvers execute. */
  fetch: number | null;
  subgraph: string;
  /** Without credentials and parameters; null where nothing was sent. */
  address: string | null;
  /** Above 1 where an address before this one could not be reached. */
  attempt: number;
  /** Milliseconds from the start of the client's request. */
  start: number;
  /** Milliseconds. */
  duration: number;
  /** Of the response's body, as received. */
  bytes: number;
  /** `ok`, `CANCELLED` or the code of the failure. */
  outcome: string;
  /** Whether it is the request of another client, with an equal one in flight. */
  isJoined: boolean;
}

/** Keys of a plan's entity fetch. */
export interface KeyCounts {
  all: number;
  /** Those whose entities came from the cache. */
  cached: number;
}

/** Use of the response cache; `fallback` is a stale response in place of errors. */
export type ResponseCacheUse = 'none' | 'hit' | 'stale' | 'miss' | 'fallback';

/** Records of one client request; further ones are only counted. */
const MAX_RECORDS = 1_000;

export class FetchRecorder {
  /** What became of the whole response. */
  response: { use: ResponseCacheUse; isStored: boolean } = { use: 'none', isStored: false };
  readonly #started: number;
  readonly #records: FetchRecord[];
  readonly #isNested: boolean;
  /** Numbers of fetches, by what is sent for them. */
  readonly #fetches = new Map<string, number>();
  readonly #keys = new Map<number, KeyCounts>();

  /** @param started of the client's request, in milliseconds of `performance.now()`. */
  constructor(started: number, records: FetchRecord[] = [], isNested = false) {
    this.#started = started;
    this.#records = records;
    this.#isNested = isNested;
  }

  get records(): readonly FetchRecord[] {
    return this.#records;
  }

  /** A recorder for an operation of a resolver, whose plan is another. */
  nested(): FetchRecorder {
    return new FetchRecorder(this.#started, this.#records, true);
  }

  keysOf(fetch: number): KeyCounts | undefined {
    return this.#keys.get(fetch);
  }

  /** To be called for each part of a plan's fetch, before its requests are sent. */
  countKeys(fetch: number, all: number, uncached: number): void {
    const counts = this.#keys.get(fetch) ?? { all: 0, cached: 0 };
    this.#keys.set(fetch, { all: counts.all + all, cached: counts.cached + all - uncached });
  }

  /** To be called before a client sends `body` for a plan's fetch. */
  launch(fetch: number, subgraph: string, body: string): void {
    this.#fetches.set(keyOf(subgraph, body), fetch);
  }

  /** To be called where another text is sent in place of the one that was launched. */
  rename(subgraph: string, body: string, sent: string): void {
    const fetch = this.#fetches.get(keyOf(subgraph, body));
    if (fetch !== undefined) this.#fetches.set(keyOf(subgraph, sent), fetch);
  }

  /** @param path of the address; its parameters may be secret. */
  send(subgraph: string, body: string, origin: string, path: string, attempt: number): PendingFetch {
    const address = `${origin}${path.split('?', 1)[0]}`;
    return this.#begin({ ...this.#of(subgraph, body), address, attempt, isJoined: false });
  }

  /** For a request that is in flight for another client. */
  join(subgraph: string, body: string): PendingFetch {
    return this.#begin({ ...this.#of(subgraph, body), address: null, attempt: 1, isJoined: true });
  }

  /** For a fetch that is executed inside the gateway. */
  execute(fetch: number, subgraph: string): PendingFetch {
    const own = this.#isNested ? null : fetch;
    return this.#begin({ fetch: own, subgraph, address: null, attempt: 1, isJoined: false });
  }

  /** For a fetch that is not sent. @param outcome the code of its error. */
  leaveOut(fetch: number, subgraph: string, outcome: string): void {
    const own = this.#isNested ? null : fetch;
    this.#begin({ fetch: own, subgraph, address: null, attempt: 0, isJoined: false }).end(outcome);
  }

  #of(subgraph: string, body: string): Pick<FetchRecord, 'fetch' | 'subgraph'> {
    const fetch = this.#isNested ? undefined : this.#fetches.get(keyOf(subgraph, body));
    return { fetch: fetch ?? null, subgraph };
  }

  #begin(record: Omit<FetchRecord, 'start' | 'duration' | 'bytes' | 'outcome'>): PendingFetch {
    const begun = performance.now();
    const pending = { ...record, start: begun - this.#started, duration: 0, bytes: 0, outcome: 'PENDING' };
    if (this.#records.length < MAX_RECORDS) this.#records.push(pending);
    return new PendingFetch(pending, begun);
  }
}

/** A request that has not ended. */
export class PendingFetch {
  readonly #record: FetchRecord;
  readonly #begun: number;

  constructor(record: FetchRecord, begun: number) {
    this.#record = record;
    this.#begun = begun;
  }

  set bytes(bytes: number) {
    this.#record.bytes = bytes;
  }

  end(outcome: string): void {
    this.#record.outcome = outcome;
    this.#record.duration = performance.now() - this.#begun;
  }
}

function keyOf(subgraph: string, body: string): string {
  return `${subgraph}\n${body}`;
}
