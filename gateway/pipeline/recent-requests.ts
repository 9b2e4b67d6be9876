// Recent requests: what the console shows of requests, recorded whether or not it is open. One request costs less than a
// microsecond: what is recorded is copied into the slots of a ring, so that nothing of the request outlives it.
import { FetchRecorder, type PendingFetch } from '../transport/fetch-recorder.ts';
import type { RequestContext } from './request-context.ts';
import { type RecentFetch, type RecentRequest, RequestRing } from './request-ring.ts';

/** What is known at the end of a request besides its context. */
export interface RequestEnd {
  /** `WS` for an operation over a WebSocket. */
  method: string | undefined;
  path: string;
  status: number;
  /** Bytes of the body as it was sent; undefined where they were not counted. */
  bytes?: number | undefined;
}

/** Outcome of a fetch that was not sent. Its subgraph is the plan's name of it. */
export const CACHED = 'CACHED';

export class RecentRequests {
  readonly ring = new RequestRing();

  /** To be called at the start of a request. */
  begin(context: RequestContext): void {
    context.fetches = new FetchRecorder(context.started);
  }

  /** To be called at its end. @param duration in milliseconds. */
  add(context: RequestContext, end: RequestEnd, duration: number): void {
    const slot = this.ring.next();
    slot.time = Date.now();
    slot.duration = duration;
    slot.method = end.method ?? '';
    slot.path = end.path;
    slot.status = end.status;
    slot.bytes = end.bytes ?? 0;
    describe(context, slot);
  }
}

/** Fills a slot with what the context of a request has, also of one that still runs. */
export function describe(context: RequestContext, slot: RecentRequest): void {
  slot.requestId = context.requestId;
  slot.operation = context.measured;
  slot.plan = context.plan;
  slot.client = context.client;
  slot.cache = context.cacheOutcome;
  slot.codes = context.errorCodes;
  slot.cost = context.cost?.estimated ?? null;
  slot.actualCost = context.cost?.actual ?? null;
  slot.traceId = context.trace?.traceId ?? null;
  const { fetches } = context;
  if (!fetches) return;
  for (const record of fetches.records) {
    const own = slot.nextFetch();
    if (own) copy(record, own, fetches);
  }
  if (fetches.keys) addCached(fetches, slot);
}

function copy(record: PendingFetch, own: RecentFetch, { keys }: FetchRecorder): void {
  own.fetch = record.fetch ?? -1;
  own.subgraph = record.subgraph;
  own.address = record.address;
  own.attempt = record.attempt;
  own.start = record.start;
  own.wait = record.wait ?? -1;
  own.duration = record.duration;
  own.bytes = record.bytes;
  own.outcome = record.outcome;
  own.isJoined = record.isJoined;
  const counts = record.fetch === null ? undefined : keys?.get(record.fetch);
  own.keys = counts?.all ?? 0;
  own.cached = counts?.cached ?? 0;
}

/** Fetches of the plan that were not sent, because all of their entities were cached. */
function addCached({ keys, records }: FetchRecorder, slot: RecentRequest): void {
  for (const [fetch, { all, cached }] of keys ?? []) {
    const isSent = cached < all || records.some((record) => record.fetch === fetch);
    const own = isSent ? null : slot.nextFetch();
    if (!own) continue;
    own.fetch = fetch;
    own.subgraph = slot.plan?.fetches[fetch]?.subgraph ?? '';
    own.address = null;
    own.attempt = 0;
    own.start = -1;
    own.wait = -1;
    own.duration = 0;
    own.bytes = 0;
    own.outcome = CACHED;
    own.isJoined = false;
    own.keys = all;
    own.cached = cached;
  }
}
