// Messages of the console: what its page gets, as server-sent events, for the view that it shows. Times are milliseconds,
// points in time milliseconds since 1970. Its page imports these types.

export interface ShownFetch {
  /** Number of the plan's fetch; null where the request is of another plan. */
  fetch: number | null;
  subgraph: string;
  /** Null where nothing was sent to an address. */
  address: string | null;
  attempt: number;
  /** From the start of the client's request; null where nothing was sent. */
  start: number | null;
  /** To the head of the response; null without one. */
  wait: number | null;
  /** Up to now, where it still runs. */
  duration: number;
  bytes: number;
  /** `ok`, `CACHED`, `PENDING`, `CANCELLED` or the code of the failure. */
  outcome: string;
  isJoined: boolean;
  keys: number;
  cached: number;
}

export interface ShownRequest {
  requestId: string;
  /** Of its end; of now where it still runs. */
  time: number;
  duration: number;
  method: string;
  path: string;
  /** Null while it runs. */
  status: number | null;
  bytes: number;
  operation: string | null;
  type: string | null;
  document: string | null;
  client: string | null;
  cache: string | null;
  codes: readonly string[];
  traceId: string | null;
  cost: number | null;
  /** Of the response. */
  actualCost: number | null;
  /** All of them; the first ones are in `fetches`. */
  fetchCount: number;
  fetches: readonly ShownFetch[];
}

/** Within 5 % of the exact values; null without a request. */
export interface Percentiles {
  count: number;
  errors: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface Figures extends Percentiles {
  /** In a second, over the time that is recorded. */
  rate: number;
  /** Mean of the estimated costs; null where none is known. */
  cost: number | null;
}

/** One element for each second or slice of time, the latest one last. */
export interface Series {
  times: readonly number[];
  counts: readonly number[];
  errors: readonly number[];
  p50: readonly (number | null)[];
  p95: readonly (number | null)[];
}

interface Message {
  time: number;
  /** Seconds that are recorded: figures are of them. */
  seconds: number;
}

export interface NowMessage extends Message {
  view: 'now';
  /** Configured clients, and those of recent requests. */
  clients: readonly string[];
  /** Requests that are served now. */
  inFlight: number;
  /** Those of them that fit the filter, the oldest first. */
  running: readonly ShownRequest[];
  /** Requests that have ended since the last message and fit the filter, the newest last. */
  ended: readonly ShownRequest[];
  /** Further ones, which are not sent. */
  omitted: number;
  series: Series;
}

export interface ShownOperation {
  name: string | null;
  type: string;
  /** Null for those that are counted together. */
  document: string | null;
  isTrusted: boolean;
  figures: Figures;
  clients: readonly { client: string | null; figures: Figures }[];
}

export interface OperationsMessage extends Message {
  view: 'operations';
  /** The one with the most time in all first. */
  operations: readonly ShownOperation[];
}

export interface PlannedFetch {
  id: number;
  subgraph: string;
  level: number;
  dependsOn: readonly number[];
  /** Types of its entities; none for root fields. */
  types: readonly string[];
  /** Of its requests, since the page was opened and for the last 1,000 requests before. */
  figures: Percentiles;
  /** Of the entities that it needed. */
  keys: number;
  cached: number;
}

export interface OperationMessage extends Message {
  view: 'operation';
  /** Null where there was no request for it in the recorded time. */
  operation: ShownOperation | null;
  /** The plan that most requests had; null where it cannot be planned. */
  plan: { requests: number; others: number; fetches: readonly PlannedFetch[] } | null;
  requests: readonly ShownRequest[];
}

export type Health = 'idle' | 'ok' | 'degraded' | 'failing';

export interface ShownSubgraph {
  name: string;
  health: Health;
  /** Whether its data is invented. */
  isMocked: boolean;
  /** Requests that run now. */
  inFlight: number;
  /** What the subgraph's balancing reports besides: nothing in an ordinary state. */
  conditions: readonly Condition[];
  figures: Figures;
  /** Milliseconds to the head of the response, in half of the requests. */
  wait: number | null;
  series: Series;
  /** Code of the latest failure. */
  latestFailure: { code: string; time: number } | null;
  addresses: readonly {
    /** Null inside the gateway. */
    address: string | null;
    health: Health;
    figures: Figures;
    /** Null where it is not balanced, or not any more. */
    inFlight: number | null;
    /** Milliseconds that the balancer expects of a response; null as above. */
    expected: number | null;
    conditions: readonly Condition[];
  }[];
}

/** What keeps requests from an address, or from a subgraph. */
export interface Condition {
  /** Such as "ejected" or "breaker open". */
  name: string;
  /** Milliseconds that it lasts; null where that is unknown. */
  lasts: number | null;
}

export interface ShownCache {
  name: 'responses' | 'entities';
  /** Since the start of the gateway. */
  hits: number;
  stale: number;
  misses: number;
  /** In the time that is recorded; null without reads. */
  recentRatio: number | null;
}

export interface ShownControl {
  id: string;
  action: string;
  /** Such as `operation Search, client web`. */
  target: string;
  reason: string;
  owner: string;
  expires: string;
  source: 'file' | 'request';
}

export interface SubgraphsMessage extends Message {
  view: 'subgraphs';
  subgraphs: readonly ShownSubgraph[];
  caches: readonly ShownCache[];
  /** Failed calls to the cache store since the start. */
  cacheErrors: number;
  /** In this process; null where the store is elsewhere. */
  cacheBytes: number | null;
  controls: readonly ShownControl[];
}

export type ConsoleMessage = NowMessage | OperationsMessage | OperationMessage | SubgraphsMessage;
