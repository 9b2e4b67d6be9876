// Explained fetches: the requests of a response, those of the plan that were not needed, and the use of the entity
// cache.
import type { Fetch, Plan } from '../query-plan/plan.ts';
import type { FetchRecord, FetchRecorder } from '../transport/fetch-recorder.ts';
import type { CacheOutcome } from './request-state.ts';

export interface ExplainedFetch {
  /** Number of the plan's fetch; null for the requests of operations that resolvers execute. */
  fetch: number | null;
  subgraph: string;
  /** Null where nothing was sent. */
  address: string | null;
  attempt: number;
  /** Milliseconds from the start of the request; null for a fetch that was not needed. */
  start: number | null;
  /** Milliseconds before it, waiting for a place among the subgraph's requests in flight; left out where there were none. */
  queued?: number;
  /** Milliseconds to the head of the response; null without one. */
  wait: number | null;
  /** Milliseconds. */
  duration: number;
  /** Of the response's body, as received. */
  bytes: number;
  /** `ok`, `EVENT` for the event of a subscription itself, `NOT_NEEDED`, `CANCELLED`, `PENDING` or the code of the failure. */
  outcome: string;
  /** Whether it is the request of another client, with an equal one in flight. */
  isJoined: boolean;
  /** Estimated cost at its subgraph; left out where that has no `maxCost`. */
  cost?: number;
  /** The fault that was injected; left out without one. */
  fault?: string;
  /** Use of the entity cache. */
  cache: {
    outcome: 'none' | 'hit' | 'partial' | 'miss';
    /** Entities that were needed, and those of them that were cached. */
    keys: number;
    cached: number;
    /** Why nothing was taken from the cache, or not sent. */
    reason: string | null;
  };
}

export interface FetchContext {
  /** Use of the response cache; null where it is not used. */
  cacheOutcome: CacheOutcome | null;
  /** The configuration's name of a plan's subgraph. */
  serviceOf(subgraph: string): string;
  cachesEntities: boolean;
  isAnonymous: boolean;
}

export function explainFetches(plan: Plan | null, recorder: FetchRecorder, context: FetchContext): ExplainedFetch[] {
  const fetches = plan?.fetches ?? [];
  const explained = recorder.records.map((record) => {
    const planned = record.fetch === null ? undefined : fetches[record.fetch];
    return withCache(record, planned, plan, recorder, context);
  });
  const sent = new Set(recorder.records.map(({ fetch }) => fetch));
  const unsent = fetches
    .filter(({ id }) => !sent.has(id))
    .map((fetch) => {
      const record = {
        fetch: fetch.id,
        subgraph: fetch.subgraph,
        address: null,
        attempt: 0,
        start: 0,
        queued: 0,
        wait: null,
      };
      const outcome = fetch.operation === 'subscription' ? 'EVENT' : 'NOT_NEEDED';
      const none = { ...record, duration: 0, bytes: 0, outcome, isJoined: false };
      return { ...withCache(none, fetch, plan, recorder, context), start: null };
    });
  return [...explained, ...unsent];
}

function withCache(
  record: FetchRecord,
  fetch: Fetch | undefined,
  plan: Plan | null,
  recorder: FetchRecorder,
  context: FetchContext,
): ExplainedFetch {
  const { address, attempt, bytes, outcome, isJoined } = record;
  const cost = fetch && recorder.costOf(fetch.id);
  const fault = fetch && recorder.faultOf(fetch.id);
  return {
    ...{ fetch: record.fetch, address, attempt, bytes, outcome, isJoined },
    subgraph: fetch ? context.serviceOf(fetch.subgraph) : record.subgraph,
    start: rounded(record.start),
    ...(record.queued > 0 && { queued: rounded(record.queued) }),
    wait: record.wait === null ? null : rounded(record.wait),
    duration: rounded(record.duration),
    ...(cost !== undefined && { cost }),
    ...(fault !== undefined && { fault }),
    cache: cacheOf(record, fetch, plan, recorder, context),
  };
}

function cacheOf(
  { outcome }: FetchRecord,
  fetch: Fetch | undefined,
  plan: Plan | null,
  recorder: FetchRecorder,
  context: FetchContext,
): ExplainedFetch['cache'] {
  const counts = fetch && recorder.keysOf(fetch.id);
  const { all: keys, cached } = counts ?? { all: 0, cached: 0 };
  if (cached > 0) {
    const isHit = cached === keys;
    return {
      outcome: isHit ? 'hit' : 'partial',
      keys,
      cached,
      reason: isHit ? 'all of its entities were cached' : null,
    };
  }
  if (outcome === 'NOT_NEEDED') return { outcome: 'none', keys, cached, reason: reasonUnsent(counts, context) };
  const reason = fetch && plan ? reasonUncached(fetch, plan, context) : 'it belongs to an operation of a resolver';
  return { outcome: reason === null ? 'miss' : 'none', keys, cached, reason };
}

function reasonUnsent(counts: object | undefined, { cacheOutcome }: FetchContext): string {
  if (cacheOutcome === 'hit' || cacheOutcome === 'stale') return 'the whole response was cached';
  return counts ? 'no object needs it' : 'what it depends on has failed, or its response is cached';
}

/** Null where its entities may be cached, and are not yet. */
function reasonUncached(fetch: Fetch, plan: Plan, { cachesEntities, isAnonymous }: FetchContext): string | null {
  if (plan.operation !== 'query') return 'only fetches of queries use the entity cache';
  if (fetch.slot !== null) return 'root fields are cached with the whole response alone';
  if (!cachesEntities) return 'cache.entities is off';
  if (fetch.repeat) return 'its lookup field takes one key at a time';
  const own = plan.entityFetches.filter((entityFetch) => entityFetch.fetch === fetch.id);
  const types = own.filter(({ cachePolicy }) => cachePolicy === null).map(({ type }) => type);
  if (types.length > 0) return `${types.join(', ')}: a type or field that it selects has no maxAge, or one of 0`;
  return isAnonymous && own.some(({ cachePolicy }) => cachePolicy?.private)
    ? 'private, and the caller is anonymous'
    : null;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
