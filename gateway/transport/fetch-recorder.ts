// Fetch recorder: every request that a client's request causes to subgraphs, for the explanation of its response and for
// the console. Where neither is in use, a request has none. It is on the hot path of a gateway with a console: there is
// one object for each fetch, and no text is made.

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
  /** Milliseconds that it waited before, for a place among the subgraph's requests in flight. */
  queued: number;
  /** Milliseconds to the head of the response; null without one. */
  wait: number | null;
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

/** Records of one client request; further ones are not recorded. */
const MAX_RECORDS = 1_000;

/** What a plan's fetch sends. */
interface Launch {
  fetch: number;
  subgraph: string;
  body: string;
}

export class FetchRecorder {
  /** Of the latest event of a subscription; null without any. */
  event: FetchRecorder | null = null;
  #started: number;
  readonly #records: PendingFetch[];
  readonly #isNested: boolean;
  readonly #launches: Launch[] = [];
  #keys: Map<number, KeyCounts> | null = null;
  #costs: Map<number, number> | null = null;
  #faults: Map<number, string> | null = null;

  /** @param started of the client's request, in milliseconds of `performance.now()`. */
  constructor(started: number, records: PendingFetch[] = [], isNested = false) {
    this.#started = started;
    this.#records = records;
    this.#isNested = isNested;
  }

  /** Of the request, or of the event: in milliseconds of `performance.now()`. */
  get started(): number {
    return this.#started;
  }

  get records(): readonly PendingFetch[] {
    return this.#records;
  }

  /** Keys of the plan's entity fetches, by fetch; null where none was counted. */
  get keys(): ReadonlyMap<number, KeyCounts> | null {
    return this.#keys;
  }

  /** A recorder for an operation of a resolver, whose plan is another. */
  nested(): FetchRecorder {
    return new FetchRecorder(this.#started, this.#records, true);
  }

  /** A recorder for an event of a subscription. */
  forEvent(): FetchRecorder {
    this.event = new FetchRecorder(performance.now());
    return this.event;
  }

  /** The event has arrived: what came before was waiting for it. */
  arrived(): void {
    this.#started = performance.now();
  }

  keysOf(fetch: number): KeyCounts | undefined {
    return this.#keys?.get(fetch);
  }

  /** To be called for each part of a plan's fetch, before its requests are sent. */
  countKeys(fetch: number, all: number, uncached: number): void {
    this.#keys ??= new Map();
    const counts = this.#keys.get(fetch) ?? { all: 0, cached: 0 };
    this.#keys.set(fetch, { all: counts.all + all, cached: counts.cached + all - uncached });
  }

  /** To be called with the estimated cost of a plan's fetch, where its subgraph has a budget. */
  countCost(fetch: number, cost: number): void {
    this.#costs ??= new Map();
    this.#costs.set(fetch, cost);
  }

  /** To be called with the fault of a request that a plan's fetch sends. */
  inject(subgraph: string, body: string, fault: string): void {
    const launch = this.#find(subgraph, body);
    if (!launch) return;
    this.#faults ??= new Map();
    this.#faults.set(launch.fetch, fault);
  }

  faultOf(fetch: number): string | undefined {
    return this.#faults?.get(fetch);
  }

  costOf(fetch: number): number | undefined {
    return this.#costs?.get(fetch);
  }

  /** To be called before a client sends `body` for a plan's fetch. */
  launch(fetch: number, subgraph: string, body: string): void {
    if (this.#launches.length < MAX_RECORDS && !this.#isNested) this.#launches.push({ fetch, subgraph, body });
  }

  /** To be called where another text is sent in place of the one that was launched. */
  rename(subgraph: string, body: string, sent: string): void {
    const launch = this.#find(subgraph, body);
    if (launch) launch.body = sent;
  }

  /** @param address without credentials and parameters. */
  send(subgraph: string, body: string, address: string, attempt: number): PendingFetch {
    return this.#begin(this.#find(subgraph, body)?.fetch ?? null, subgraph, address, attempt, false);
  }

  /** For a request that is not sent. @param outcome the code of its error. @param queued milliseconds that it waited. */
  reject(subgraph: string, body: string, outcome: string, queued: number): void {
    const record = this.#begin(this.#find(subgraph, body)?.fetch ?? null, subgraph, null, 0, false);
    record.queued = queued;
    record.end(outcome);
  }

  /** For a request that is in flight for another client. */
  join(subgraph: string, body: string): PendingFetch {
    return this.#begin(this.#find(subgraph, body)?.fetch ?? null, subgraph, null, 1, true);
  }

  /** For a request that fails before it is sent. */
  fail(subgraph: string, body: string): PendingFetch {
    return this.#begin(this.#find(subgraph, body)?.fetch ?? null, subgraph, null, 0, false);
  }

  /** For a fetch that is executed inside the gateway. */
  execute(fetch: number, subgraph: string): PendingFetch {
    return this.#begin(this.#isNested ? null : fetch, subgraph, null, 1, false);
  }

  /** For a fetch that is not sent. @param outcome the code of its error. */
  leaveOut(fetch: number, subgraph: string, outcome: string): void {
    this.#begin(this.#isNested ? null : fetch, subgraph, null, 0, false).end(outcome);
  }

  /** From the last: without hooks that wait, the text is sent as soon as it is launched, and is the same string. */
  #find(subgraph: string, body: string): Launch | undefined {
    for (let index = this.#launches.length - 1; index >= 0; index -= 1) {
      const launch = this.#launches[index] as Launch;
      if (launch.body === body && launch.subgraph === subgraph) return launch;
    }
    return undefined;
  }

  #begin(
    fetch: number | null,
    subgraph: string,
    address: string | null,
    attempt: number,
    isJoined: boolean,
  ): PendingFetch {
    const pending = new PendingFetch(fetch, subgraph, address, attempt, isJoined, this.#started);
    if (this.#records.length < MAX_RECORDS) this.#records.push(pending);
    return pending;
  }
}

/** The record of a request, from its start on. */
export class PendingFetch implements FetchRecord {
  readonly fetch: number | null;
  readonly subgraph: string;
  readonly address: string | null;
  readonly attempt: number;
  readonly isJoined: boolean;
  readonly start: number;
  queued = 0;
  wait: number | null = null;
  duration = 0;
  bytes = 0;
  outcome = 'PENDING';
  readonly #begun = performance.now();

  constructor(
    fetch: number | null,
    subgraph: string,
    address: string | null,
    attempt: number,
    isJoined: boolean,
    started: number,
  ) {
    this.fetch = fetch;
    this.subgraph = subgraph;
    this.address = address;
    this.attempt = attempt;
    this.isJoined = isJoined;
    this.start = this.#begun - started;
  }

  /** To be called with the head of the response. */
  receiveHead(): void {
    this.wait = performance.now() - this.#begun;
  }

  end(outcome: string): void {
    this.outcome = outcome;
    this.duration = performance.now() - this.#begun;
  }
}
