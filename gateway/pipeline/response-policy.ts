// Response cache policy: what the schema allows, restricted by what was learned while responses of the operation were
// made.
import type { Cache } from '../cache/cache.ts';
import type { CacheScope } from '../cache/response-cache.ts';
import type { Engine } from '../engine/engine.ts';
import type { Analysis } from '../policy/analysis.ts';
import type { RequestContext } from './request-context.ts';
import type { OperationExecution } from './stages.ts';

export interface ResponsePolicyOptions {
  engine: Engine;
  cache: Cache;
  /** Maximum lifetime in milliseconds of anything cached, here or downstream. */
  maxTtl: number;
}

/** Restrictions learned from executions of an operation, which apply to all of its responses. */
interface Learned {
  isPrivate: boolean;
  /** Subgraphs of nested operations. */
  subgraphs: Set<string>;
}

/** Cache policy of a response. */
export interface ResponsePolicy {
  scope: CacheScope;
  /** Seconds here and in other shared caches. */
  maxAge: number;
  /** Seconds in browsers. */
  privateMaxAge: number;
  /** Seconds that subgraphs allow; undefined where they set no limit. */
  limit: number | undefined;
  mustRevalidate: boolean;
}

const nothingLearned: Learned = { isPrivate: false, subgraphs: new Set() };

export class ResponsePolicies {
  readonly #options: ResponsePolicyOptions;
  readonly #learned = new WeakMap<Analysis, Learned>();

  constructor(options: ResponsePolicyOptions) {
    this.#options = options;
  }

  /** Records the restrictions found in one execution. */
  learn(analysis: Analysis, { cacheability: { isPrivate, subgraphs } }: RequestContext): void {
    let learned = this.#learned.get(analysis);
    if (!learned) {
      learned = { isPrivate: false, subgraphs: new Set() };
      this.#learned.set(analysis, learned);
    }
    learned.isPrivate ||= isPrivate;
    for (const subgraph of subgraphs ?? []) learned.subgraphs.add(subgraph);
  }

  isPrivate(analysis: Analysis): boolean {
    return analysis.private || this.#learnedOf(analysis).isPrivate;
  }

  #learnedOf(analysis: Analysis): Learned {
    return this.#learned.get(analysis) ?? nothingLearned;
  }

  /** The cache policy of the schema, within `maxTtl`, with the restrictions found while the response was made. */
  policyOf({ analysis }: OperationExecution, { cacheability }: RequestContext): ResponsePolicy {
    const scope = this.isPrivate(analysis) || cacheability.isPrivate ? 'PRIVATE' : 'PUBLIC';
    const allowed = Math.min(analysis.maxAge, this.#options.maxTtl / 1000);
    const limit = scope === 'PRIVATE' ? cacheability.maxAge : cacheability.sharedMaxAge;
    const maxAge = Math.min(allowed, limit);
    if (analysis.maxAge > 0 && cacheability.restrictions && (maxAge <= 0 || scope === 'PRIVATE')) {
      for (const [subgraph, headers] of cacheability.restrictions)
        this.#options.cache.recordRestriction(subgraph, headers);
    }
    return {
      scope,
      maxAge,
      privateMaxAge: Math.min(allowed, cacheability.maxAge),
      limit: Number.isFinite(limit) ? limit : undefined,
      mustRevalidate: cacheability.mustRevalidate,
    };
  }

  /** Subgraphs whose responses make up the response; null where it has no plan. */
  subgraphsOf(execution: OperationExecution): string[] | null {
    const { engine } = this.#options;
    const { plan, analysis } = execution;
    if ('unsupported' in plan) return null;
    const planned = plan.plan.fetches.map(({ subgraph }) => engine.serviceOf(subgraph));
    return [...new Set([...planned, ...this.#learnedOf(analysis).subgraphs])];
  }
}
