// Response caching of operations: lookup, storage and revalidation of whole responses, and the headers for downstream
// caches. The schema allows caching; restrictions are learned while the response is made (see Cacheability).
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Cache } from '../cache/cache.ts';
import { freshnessHeaders } from '../cache/http-policy.ts';
import type { CachedResponse, CacheRead, CacheScope, ResponseCache } from '../cache/response-cache.ts';
import { responseKey } from '../cache/response-key.ts';
import { type TagHeader, tagHeaderFields } from '../cache/tag-header.ts';
import { tagsForResponse } from '../cache/tags.ts';
import type { Engine, Executed, PlannedOperation } from '../engine/engine.ts';
import { ErrorCode } from '../errors.ts';
import type { ResponseObjects } from '../execute/objects-in-response.ts';
import type { GraphQLResponse } from '../execute/response.ts';
import type { Analysis } from '../policy/analysis.ts';
import type { Varying } from '../policy/forwarding/varying.ts';
import { recordEpoch } from '../transport/subgraph-client.ts';
import { varianceKey } from '../transport/variance.ts';
import { CachedResult } from './cached-result.ts';
import type { RequestContext } from './request-context.ts';

export interface ResponseCachingOptions {
  engine: Engine;
  cache: Cache;
  /** Identifier of the graph in cache keys. */
  graph: string;
  /** Identifier of the client's view in cache keys; null for the whole graph. */
  view: string | null;
  /** Whether anonymous callers are rejected: downstream caches would not authenticate them. */
  requiresAuthentication: boolean;
  /** Milliseconds; for downstream caches. */
  staleWhileRevalidate: number;
  /** Maximum lifetime in milliseconds of anything cached, here or downstream. */
  maxTtl: number;
  /** Whether downstream caches honour `Vary` for endpoints that are selected by request headers. */
  varyByHeader: boolean;
  /** Response header that lists cache tags, if configured. */
  tagHeader: TagHeader | null;
  /** Header fields that responses depend on. */
  varying: Varying;
  /** Logs an unexpected error and returns the error for clients. */
  mask(error: unknown): GraphQLError;
}

export type Result = GraphQLResponse | ExecutionResult;

export type Variables = Readonly<Record<string, unknown>>;

/** An operation that passed the checks, with its plan, for one request. */
export interface OperationExecution extends PlannedOperation {
  analysis: Analysis;
  context: RequestContext;
}

/** Restrictions learned from executions of an operation, which apply to all of its responses. */
interface Learned {
  isPrivate: boolean;
  /** Subgraphs of nested operations. */
  subgraphs: Set<string>;
}

/** Cache policy of a response. */
interface Policy {
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

export class ResponseCaching {
  readonly #options: ResponseCachingOptions;
  readonly #learned = new WeakMap<Analysis, Learned>();

  constructor(options: ResponseCachingOptions) {
    this.#options = options;
  }

  /** Executes an operation, or takes its response from the cache. */
  execute(checked: OperationExecution): Promise<Executed> {
    const isBatch = checked.context.isBatch;
    const execution = isBatch ? { ...checked, context: checked.context.forBatchMember() } : checked;
    const { responses } = this.#options.cache;
    const { analysis, context } = execution;
    // Nothing has to be learned for a response that is never cached, and is part of no other.
    if (analysis.maxAge <= 0 && !context.cacheability.isNested) return this.#options.engine.execute(execution, context);
    if (analysis.maxAge <= 0) return this.#run(execution, context);
    const key = responses && context.allowCacheWrite ? this.#key(execution) : null;
    return responses && key !== null
      ? this.#executeCached(responses, key, execution)
      : this.#executeUncached(execution);
  }

  async #executeUncached(execution: OperationExecution): Promise<Executed> {
    const { context } = execution;
    const executed = await this.#run(execution, context);
    if (!executed.response.errors) {
      this.#setHeaders(execution, this.#policy(execution, context), { tags: this.#tagsFor(executed.objects) });
    }
    return executed;
  }

  async #run(execution: OperationExecution, context: RequestContext): Promise<Executed> {
    const { cacheability } = context;
    const executed = await this.#options.engine.execute(execution, context);
    if (cacheability.isNested) this.#limitOuter(execution, executed);
    if (cacheability.isPrivate || cacheability.subgraphs) this.#learn(execution.analysis, context);
    return executed;
  }

  async #executeCached(responses: ResponseCache, key: string, execution: OperationExecution): Promise<Executed> {
    const { context } = execution;
    const reading = await responses.read(key);
    const { entry, state, age, fallback } = reading;
    if (entry && context.allowCacheRead) {
      if (state === 'stale') {
        const background = context.forBackground();
        const inBackground = { ...execution, context: background };
        responses.revalidate(key, async () => void (await this.#fetch(responses, reading, inBackground)));
      }
      return this.#fromCache(entry, age, execution);
    }
    const executed = await this.#fetch(responses, reading, execution);
    return fallback && context.allowCacheRead && executed.response.errors?.some(isFailure)
      ? this.#fromCache(fallback, age, execution)
      : executed;
  }

  /** Executes an operation and stores its response, unless it has errors. */
  async #fetch(responses: ResponseCache, { epoch }: CacheRead, execution: OperationExecution): Promise<Executed> {
    const { context } = execution;
    recordEpoch(context, epoch);
    const { readByPlugins } = context;
    const executed = await this.#run(execution, context);
    const { response, objects } = executed;
    if (response.errors || !objects || !('stringify' in response)) return executed;
    const policy = this.#policy(execution, context);
    const tags = tagsOf(objects(), context);
    // A new key: it depends on what was learned in this execution.
    const isStored = policy.maxAge > 0 && !context.isIsolated && context.readByPlugins === readByPlugins;
    const key = isStored ? this.#key(execution) : null;
    if (key === null) {
      this.#setHeaders(execution, policy, { tags });
      return executed;
    }
    const { maxAge, privateMaxAge, ...rest } = policy;
    const entry = responses.createEntry(response.stringify(), {
      ...rest,
      maxAge,
      tags,
      ...(privateMaxAge !== maxAge && { privateMaxAge }),
    });
    // Not awaited: a slow cache does not delay the response.
    responses.write(key, entry, epoch).catch((error) => this.#options.mask(error));
    this.#setHeaders(execution, policy, { tags, etag: entry.etag });
    return { response: new CachedResult(entry), objects };
  }

  #fromCache(response: CachedResponse, age: number, execution: OperationExecution): Executed {
    const { scope, maxAge, privateMaxAge = maxAge, limit, mustRevalidate = false, tags, etag } = response;
    const { cacheability } = execution.context;
    if (cacheability.isNested) {
      const left = limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limit - age);
      const limits = { isPrivate: scope === 'PRIVATE', maxAge: left, sharedMaxAge: left, mustRevalidate };
      cacheability.limitOuter(limits, { subgraphs: this.#subgraphs(execution) ?? [], tags });
    }
    this.#setHeaders(execution, { scope, maxAge, privateMaxAge, limit, mustRevalidate }, { tags, etag, age });
    return { response: new CachedResult(response), objects: null };
  }

  /** Restricts the outer response by the response of a nested operation. */
  #limitOuter(execution: OperationExecution, { response, objects }: Executed): void {
    const { analysis, context } = execution;
    const { cacheability } = context;
    const subgraphs = this.#subgraphs(execution);
    if (response.errors || !subgraphs || !objects) cacheability.forbid();
    const isPrivate = analysis.private || analysis.fieldRequirements.size > 0 || analysis.typeRequirements.size > 0;
    cacheability.limitOuter(
      { isPrivate },
      { subgraphs: subgraphs ?? [], tags: objects ? tagsOf(objects(), context) : [] },
    );
  }

  #learn(analysis: Analysis, { cacheability: { isPrivate, subgraphs } }: RequestContext): void {
    let learned = this.#learned.get(analysis);
    if (!learned) {
      learned = { isPrivate: false, subgraphs: new Set() };
      this.#learned.set(analysis, learned);
    }
    learned.isPrivate ||= isPrivate;
    for (const subgraph of subgraphs ?? []) learned.subgraphs.add(subgraph);
  }

  #isPrivate(analysis: Analysis): boolean {
    return analysis.private || this.#learnedOf(analysis).isPrivate;
  }

  #learnedOf(analysis: Analysis): Learned {
    return this.#learned.get(analysis) ?? nothingLearned;
  }

  /** The cache policy of the schema, within `maxTtl`, with the restrictions found while the response was made. */
  #policy({ analysis }: OperationExecution, { cacheability }: RequestContext): Policy {
    const scope = this.#isPrivate(analysis) || cacheability.isPrivate ? 'PRIVATE' : 'PUBLIC';
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

  /** Subgraphs whose responses make up the response; null with fallback execution. */
  #subgraphs(execution: OperationExecution): string[] | null {
    const { engine } = this.#options;
    const { plan, analysis } = execution;
    if ('unsupported' in plan) return null;
    const planned = plan.plan.fetches.map(({ subgraph }) => engine.serviceOf(subgraph));
    return [...new Set([...planned, ...this.#learnedOf(analysis).subgraphs])];
  }

  #tagsFor(objects: Executed['objects']): readonly string[] | null {
    return this.#options.tagHeader && objects ? tagsForResponse(heldByType(objects())) : null;
  }

  /** Sets the header fields for downstream caches. */
  #setHeaders(
    execution: OperationExecution,
    { scope, maxAge, privateMaxAge, mustRevalidate }: Policy,
    { tags, etag, age }: { tags: readonly string[] | null; etag?: string; age?: number },
  ): void {
    const { analysis, context } = execution;
    if (maxAge <= 0 && privateMaxAge <= 0) return;
    const subgraphs = this.#subgraphs(execution);
    if (!subgraphs) return;
    const { varying, requiresAuthentication, tagHeader, staleWhileRevalidate, maxTtl } = this.#options;
    const isProtected = analysis.fieldRequirements.size > 0 || analysis.typeRequirements.size > 0;
    const isOwn = requiresAuthentication || scope === 'PRIVATE' || isProtected || varying.receiveIdentity(subgraphs);
    const tagFields = tagHeader && tags ? tagHeaderFields(tagHeader, tags) : {};
    // A CDN must not store a response that could not be purged, nor one that shares its URL with another response.
    const isPrivate = isOwn || tagFields === null || (context.sharesUrl && !this.#options.varyByHeader);
    const stale = mustRevalidate ? 0 : Math.min(staleWhileRevalidate, maxTtl - maxAge * 1000) / 1000;
    context.freshness = {
      headers: {
        ...freshnessHeaders({
          maxAge: privateMaxAge,
          sharedMaxAge: maxAge,
          scope: isPrivate ? 'PRIVATE' : 'PUBLIC',
          age,
          staleWhileRevalidate: stale,
        }),
        ...(isPrivate ? {} : tagFields),
        vary: varying.vary(subgraphs, isOwn),
      },
      etag: etag === undefined ? null : `W/${etag}`,
    };
  }

  /** The response's cache key; null where it may not be stored. */
  #key(execution: OperationExecution): string | null {
    const { operation, coerced, given, deniedFields, analysis, context } = execution;
    const isPrivate = this.#isPrivate(analysis);
    const identity = isPrivate ? context.identity : null;
    if (isPrivate && !identity) return null;
    const subgraphs = this.#subgraphs(execution);
    if (!subgraphs) return null;
    const headers: Record<string, string> = Object.create(null);
    // A request can vary without any subgraph too.
    for (const subgraph of ['', ...subgraphs]) {
      const variance = varianceKey(context, subgraph, false);
      if (variance === null) return null;
      headers[subgraph] = variance;
    }
    const { graph, view } = this.#options;
    return responseKey({
      graph,
      view,
      document: operation.hash(),
      operationName: operation.name ?? null,
      variables: operation.declaredOf(given),
      plan: operation.choice(coerced) + deniedFields.key,
      identity: identity?.key ?? null,
      headers,
    });
  }
}

function heldByType({ ids, typesWithoutId, absent }: ResponseObjects): Map<string, ReadonlySet<string> | null> {
  return new Map<string, ReadonlySet<string> | null>([
    ...ids,
    ...[...typesWithoutId, ...absent].map((type) => [type, null] as const),
  ]);
}

/** Cache tags of a response, including those of nested operations. */
function tagsOf(objects: ResponseObjects, { cacheability }: RequestContext): string[] {
  const tags = tagsForResponse(heldByType(objects));
  return cacheability.tags ? [...new Set([...tags, ...cacheability.tags])] : tags;
}

/** Whether a subgraph has failed; an error of the client is no reason for a stale response. */
export function isFailure({ extensions }: GraphQLError): boolean {
  const { code, subgraph } = extensions;
  if (code === ErrorCode.RATE_LIMIT_EXCEEDED) return subgraph !== undefined;
  if (code === ErrorCode.INTERNAL_SERVER_ERROR || code === 'GATEWAY_TIMEOUT') return true;
  return typeof code === 'string' && code.startsWith('SUBGRAPH_');
}
