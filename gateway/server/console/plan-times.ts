// Plan times: one operation's plans with the times of their fetches, recorded while its page is open. Variables select
// among several plans of one operation, and each client has its own: those of the same shape are one.
import type { RecentRequest } from '../../pipeline/request-ring.ts';
import type { Fetch, Plan } from '../../query-plan/plan.ts';
import { Latencies } from './latencies.ts';
import type { OperationMessage } from './messages.ts';
import { isCounted } from './subgraph-figures.ts';

const MAX_PLANS = 50;

interface TimedFetch {
  latencies: Latencies;
  keys: number;
  cached: number;
}

interface TimedPlan {
  /** The first one of its shape. */
  plan: Plan;
  requests: number;
  fetches: readonly TimedFetch[];
}

export class PlanTimes {
  readonly #plans = new Map<Plan, TimedPlan>();
  readonly #byShape = new Map<string, TimedPlan>();
  #requests = 0;

  add(request: RecentRequest): void {
    this.#requests += 1;
    const { plan } = request;
    const timed = plan && this.#of(plan);
    if (!timed) return;
    timed.requests += 1;
    // Each request of a plan's fetch has the counts of the whole fetch.
    const withKeys = new Set<TimedFetch>();
    for (const fetch of request.ownFetches()) {
      const own = timed.fetches[fetch.fetch];
      if (!own) continue;
      if (isCounted(fetch)) own.latencies.add(fetch.duration, fetch.outcome !== 'ok');
      if (fetch.keys === 0 || withKeys.has(own)) continue;
      withKeys.add(own);
      own.keys += fetch.keys;
      own.cached += fetch.cached;
    }
  }

  /** The plan of most requests; null without one. */
  picture(serviceOf: (subgraph: string) => string): OperationMessage['plan'] {
    const [first] = [...this.#byShape.values()].sort((one, other) => other.requests - one.requests);
    if (!first) return null;
    const { plan, requests, fetches } = first;
    return {
      requests,
      others: this.#requests - requests,
      fetches: plan.fetches.map(({ id, subgraph, level, dependsOn }) => {
        const { latencies, keys, cached } = fetches[id] as TimedFetch;
        const types = typesOf(plan, { id });
        const figures = latencies.percentiles;
        return { id, subgraph: serviceOf(subgraph), level, dependsOn, types, figures, keys, cached };
      }),
    };
  }

  #of(plan: Plan): TimedPlan | null {
    const known = this.#plans.get(plan);
    if (known) return known;
    if (this.#plans.size >= MAX_PLANS) return null;
    const shape = shapeOf(plan);
    let timed = this.#byShape.get(shape);
    if (!timed) {
      timed = {
        plan,
        requests: 0,
        fetches: plan.fetches.map(() => ({ latencies: new Latencies(), keys: 0, cached: 0 })),
      };
      this.#byShape.set(shape, timed);
    }
    this.#plans.set(plan, timed);
    return timed;
  }
}

/** Equal for plans whose pictures are equal. */
function shapeOf(plan: Plan): string {
  return JSON.stringify(plan.fetches.map((fetch) => [fetch.subgraph, fetch.dependsOn, typesOf(plan, fetch)]));
}

function typesOf({ entityFetches }: Plan, { id }: Pick<Fetch, 'id'>): string[] {
  return entityFetches.filter(({ fetch }) => fetch === id).map(({ type }) => type);
}
