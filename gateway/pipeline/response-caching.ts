// Response caching of operations: lookup, storage and revalidation of whole responses.

import type { GraphQLError } from 'graphql';
import type { CachedResponse, CacheRead, ResponseCache } from '../cache/response-cache.ts';
import { responseKey } from '../cache/response-key.ts';
import type { Executed } from '../engine/plan-runner.ts';
import { ErrorCode } from '../errors.ts';
import { isDegraded, isWhole } from '../execute/response.ts';
import { recordEpoch } from '../transport/subgraph-client.ts';
import { ownerOfResponse, varianceKey } from '../transport/variance.ts';
import { CachedResult } from './cached-result.ts';
import type { CostStage } from './cost-stage.ts';
import { isInParts } from './deferral.ts';
import type { LoadShedding } from './load-shedding.ts';
import type { RequestContext } from './request-context.ts';
import { type FreshnessOptions, freshnessOf, type ResponseDescription } from './response-freshness.ts';
import { ResponsePolicies, type ResponsePolicy, type ResponsePolicyOptions } from './response-policy.ts';
import { tagsOf, tagsOfObjects } from './response-tags.ts';
import type { OperationExecution } from './stages.ts';

export interface ResponseCachingOptions extends ResponsePolicyOptions, FreshnessOptions {
  /** Identifier of the graph in cache keys. */
  graph: string;
  /** Identifier of the client's view in cache keys; null for the whole graph. */
  view: string | null;
  /** Counts what responses cost. */
  costs: CostStage;
  /** Logs an unexpected error and returns the error for clients. */
  mask(error: unknown): GraphQLError;
  /** Null where nothing is shed. */
  shedding: LoadShedding | null;
}

export class ResponseCaching {
  readonly #options: ResponseCachingOptions;
  readonly #policies: ResponsePolicies;

  constructor(options: ResponseCachingOptions) {
    this.#options = options;
    this.#policies = new ResponsePolicies(options);
  }

  /** Executes an operation, or takes its response from the cache. */
  execute(checked: OperationExecution): Promise<Executed> {
    const isBatch = checked.context.isBatch;
    const execution = isBatch ? { ...checked, context: checked.context.forBatchMember() } : checked;
    const { responses } = this.#options.cache;
    const { analysis, context } = execution;
    if (isInParts(execution)) return this.#executeInParts(responses, execution);
    // Nothing has to be learned for a response that is never cached, and is part of no other.
    if (analysis.maxAge <= 0 && !context.cacheability.isNested) return this.#engine(execution);
    if (analysis.maxAge <= 0) return this.#run(execution, context);
    const key = responses && context.allowCacheWrite ? this.#key(execution) : null;
    return responses && key !== null
      ? this.#executeCached(responses, key, execution)
      : this.#executeUncached(execution);
  }

  /** Executes, and counts what the response costs where something depends on it. */
  #engine(execution: OperationExecution): Promise<Executed> {
    const { cost, context } = execution;
    const executing = this.#options.engine.execute(execution, context);
    if (!cost) return executing;
    cost.isBegun = true;
    return executing.then((executed) => {
      // What is in parts is charged by its estimate.
      if (!executed.later) cost.counted = this.#options.costs.count(execution, executed);
      return executed;
    });
  }

  /** A response in parts is never stored; a stored one is sent in one part. */
  async #executeInParts(responses: ResponseCache | null, execution: OperationExecution): Promise<Executed> {
    const { analysis, context } = execution;
    const isRead = analysis.maxAge > 0 && context.allowCacheWrite && context.allowCacheRead;
    const key = responses && isRead ? this.#key(execution) : null;
    const read = responses && key !== null ? await responses.read(key) : null;
    if (read?.state === 'fresh' && read.entry && (!execution.cost || read.entry.cost !== undefined)) {
      context.cacheOutcome = 'hit';
      return this.#fromCache(read.entry, read.age, execution);
    }
    if (key !== null) context.cacheOutcome = 'miss';
    const executed = await this.#engine(execution);
    context.later = executed.later ?? null;
    return executed;
  }

  async #executeUncached(execution: OperationExecution): Promise<Executed> {
    const { context } = execution;
    const executed = await this.#run(execution, context);
    if (isWhole(executed.response)) {
      this.#setHeaders(execution, this.#policies.policyOf(execution, context), {
        tags: this.#tagsFor(executed.objects),
      });
    }
    return executed;
  }

  async #run(execution: OperationExecution, context: RequestContext): Promise<Executed> {
    const { cacheability } = context;
    const executed = await this.#engine(execution);
    if (cacheability.isNested) this.#limitOuter(execution, executed);
    if (cacheability.isPrivate || cacheability.subgraphs) this.#policies.learn(execution.analysis, context);
    return executed;
  }

  async #executeCached(responses: ResponseCache, key: string, execution: OperationExecution): Promise<Executed> {
    const { context } = execution;
    const read = responses.read(key);
    const reading = await (context.trace?.wait('cache', read) ?? read);
    const { state, age } = reading;
    // One without its cost, of a gateway that does not count it, is of no use where that matters.
    const isUsable = (one: CachedResponse | null) => (one && (!execution.cost || one.cost !== undefined) ? one : null);
    const [entry, fallback] = [isUsable(reading.entry), isUsable(reading.fallback)];
    if (entry && context.allowCacheRead) {
      context.cacheOutcome = state === 'stale' ? 'stale' : 'hit';
      if (state === 'stale' && !this.#options.shedding?.sheds('revalidation')) {
        const background = context.forBackground();
        const inBackground = { ...execution, context: background, cost: null };
        responses.revalidate(key, async () => {
          background.trace?.arrived();
          const { response } = await this.#fetch(responses, reading, inBackground);
          background.trace?.finish(response.errors);
        });
      }
      return this.#fromCache(entry, age, execution);
    }
    context.cacheOutcome = 'miss';
    const executed = await this.#fetch(responses, reading, execution);
    const { response } = executed;
    const isIncomplete = response.errors?.some(isFailure) || isDegraded(response);
    if (!fallback || !context.allowCacheRead || !isIncomplete) return executed;
    context.cacheOutcome = 'fallback';
    return this.#fromCache(fallback, age, execution);
  }

  /** Executes an operation and stores its response, unless it has errors. */
  async #fetch(responses: ResponseCache, { epoch }: CacheRead, execution: OperationExecution): Promise<Executed> {
    const { context } = execution;
    recordEpoch(context, epoch);
    const { readByPlugins } = context;
    const executed = await this.#run(execution, context);
    const { response, objects } = executed;
    if (!isWhole(response) || !objects || !('stringify' in response)) return executed;
    const policy = this.#policies.policyOf(execution, context);
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
      cost: (execution.cost?.counted ?? this.#options.costs.count(execution, executed))?.actual,
      ...(privateMaxAge !== maxAge && { privateMaxAge }),
      ...(context.received && { headers: context.received }),
    });
    context.isStored = true;
    // Not awaited: a slow cache does not delay the response.
    const owner = ownerOfResponse(context, this.#policies.subgraphsOf(execution) ?? [], policy.scope === 'PRIVATE');
    responses.write(key, entry, epoch, owner).catch((error) => this.#options.mask(error));
    this.#setHeaders(execution, policy, { tags, etag: entry.etag });
    return { response: new CachedResult(entry), objects };
  }

  #fromCache(response: CachedResponse, age: number, execution: OperationExecution): Executed {
    const { scope, maxAge, privateMaxAge = maxAge, limit, mustRevalidate = false, tags, etag } = response;
    const { cacheability } = execution.context;
    if (execution.cost && response.cost !== undefined) {
      execution.cost.counted = { actual: response.cost, executed: response.cost };
    }
    for (const received of response.headers ?? []) execution.context.receiveHeaders(received);
    if (cacheability.isNested) {
      const left = limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limit - age);
      const limits = { isPrivate: scope === 'PRIVATE', maxAge: left, sharedMaxAge: left, mustRevalidate };
      cacheability.limitOuter(limits, { subgraphs: this.#policies.subgraphsOf(execution) ?? [], tags });
    }
    this.#setHeaders(execution, { scope, maxAge, privateMaxAge, limit, mustRevalidate }, { tags, etag, age });
    return { response: new CachedResult(response), objects: null };
  }

  /** Restricts the outer response by the response of a nested operation. */
  #limitOuter(execution: OperationExecution, { response, objects }: Executed): void {
    const { analysis, context } = execution;
    const { cacheability } = context;
    const subgraphs = this.#policies.subgraphsOf(execution);
    if (!isWhole(response) || !subgraphs || !objects) cacheability.forbid();
    const isPrivate = analysis.private || analysis.fieldRequirements.size > 0 || analysis.typeRequirements.size > 0;
    cacheability.limitOuter(
      { isPrivate },
      { subgraphs: subgraphs ?? [], tags: objects ? tagsOf(objects(), context) : [] },
    );
  }

  #tagsFor(objects: Executed['objects']): readonly string[] | null {
    return this.#options.tagHeader && objects ? tagsOfObjects(objects()) : null;
  }

  /** Sets the header fields for downstream caches. */
  #setHeaders(execution: OperationExecution, policy: ResponsePolicy, description: ResponseDescription): void {
    if (policy.maxAge <= 0 && policy.privateMaxAge <= 0) return;
    const subgraphs = this.#policies.subgraphsOf(execution);
    if (!subgraphs) return;
    execution.context.freshness = freshnessOf(execution, policy, description, subgraphs, this.#options);
  }

  /** The response's cache key; null where it may not be stored. */
  #key(execution: OperationExecution): string | null {
    const { operation, coerced, given, deniedFields, analysis, context } = execution;
    const isPrivate = this.#policies.isPrivate(analysis);
    const identity = isPrivate ? context.identity : null;
    if (isPrivate && !identity) return null;
    const subgraphs = this.#policies.subgraphsOf(execution);
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

/** Whether a subgraph has failed; an error of the client is no reason for a stale response. */
export function isFailure({ extensions }: GraphQLError): boolean {
  const { code, subgraph } = extensions;
  if (code === ErrorCode.RATE_LIMIT_EXCEEDED) return subgraph !== undefined;
  if (code === ErrorCode.SUBGRAPH_COST_EXCEEDED) return false;
  if (code === ErrorCode.INTERNAL_SERVER_ERROR || code === ErrorCode.GATEWAY_TIMEOUT) return true;
  return typeof code === 'string' && code.startsWith('SUBGRAPH_');
}
