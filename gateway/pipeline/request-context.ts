// Request context: one request while it is served, with its caller, the contexts that are derived from it and the
// header fields of its response. `request-state.ts` has its fields.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GraphQLError, OperationTypeNode } from 'graphql';
import type { Identity, ResolverContext } from '../config/context.ts';
import type { CallerContext } from '../policy/operation-checks.ts';
import type { Caller, HeaderField } from '../policy/rate-limits/index.ts';
import { type MeasuredRejection, MeasuredRejections } from '../telemetry/measured-rejections.ts';
import type { TraceEnd, TraceKind } from '../telemetry/trace/trace.ts';
import { Cacheability } from '../transport/cacheability.ts';
import { FetchRecorder } from '../transport/fetch-recorder.ts';
import { mergedHeaders, type ReceivedHeaders, setsCookie } from '../transport/received-headers.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import type { EventCalls } from './event-calls.ts';
import { headFields, headOf, type RequestHead } from './request-head.ts';
import { type NestedGraph, RequestLoads } from './request-loads.ts';
import { RequestState } from './request-state.ts';
import { newWork, type RequestWork } from './request-work.ts';
import { createResolverContext } from './resolver-context.ts';
import { cacheableHeaders, noStore, uncachedHeaders } from './response-headers.ts';

const none: readonly never[] = [];

export class RequestContext extends RequestState implements CallerContext, SubgraphScope {
  /** Graph on which resolvers execute operations; null where there is none. */
  nestedGraph: NestedGraph<RequestContext> | null = null;
  /** Created on first use. */
  nestedLoads: RequestLoads<RequestContext> | null = null;

  /** Place among the running requests; see RunningRequests. */
  runningIndex = -1;

  /** The context of the request that this one is a part of. */
  #outer: RequestContext | null = null;

  /** Whether it is for one operation of a batch. */
  #isMember = false;
  /** The context of the subscription that this one is an event of. */
  #subscription: RequestContext | null = null;

  static of(request: IncomingMessage): RequestContext {
    return new RequestContext(headOf(request), newWork());
  }

  /** Null for anonymous callers. */
  get identity(): Identity | null {
    return this.authenticated?.identity ?? null;
  }

  get caller(): Caller {
    const { identity, address, client, ratePlan, clientAccess } = this;
    const tenantKey = this.tenant?.key ?? null;
    if (!clientAccess) return { identity, address, client, ratePlan, tenantKey };
    // A caller that may not use the client does not count towards the client's limits either.
    return clientAccess(this.authenticated) === null
      ? { identity, address, client, ratePlan, tenantKey, holdsPlan: true }
      : { identity, address, client: null, ratePlan, tenantKey };
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  /** Whether other requests with the same URL get another response. Most CDNs ignore `Vary`. */
  get sharesUrl(): boolean {
    return this.isByUrl && this.selectedBy.length > 0;
  }

  /**
   * Makes the response differ from those to requests with another value: it becomes part of every cache key.
   * @param header name of the request header that the value comes from, if any.
   */
  varyBy(name: string, value: string, header?: string): void {
    this.variants ??= new Map();
    this.variants.set(name, value);
    if (header !== undefined) this.selectedBy = [...this.selectedBy, header];
  }

  /** Isolates the response: it is neither taken from a cache, nor stored, nor shared with other requests. */
  isolate(): void {
    this.isIsolated = true;
    this.cacheability.forbid();
  }

  /**
   * Records that a plugin has read these header fields: responses of this request may depend on them from now on.
   * @param names `*` for any.
   * @param isIdentity whether it was the identity that was read, which depends on these fields.
   */
  noteReadByPlugins(names: readonly string[], isIdentity = false): void {
    if (!this.readByPlugins) {
      this.readByPlugins = { names: new Set(), identity: false, fields: false };
      // Responses that were made without such a read must not be used for this request.
      this.varyBy('plugins', 'read');
    }
    for (const name of names) this.readByPlugins.names.add(name);
    if (isIdentity) this.readByPlugins.identity = true;
    else this.readByPlugins.fields = true;
  }

  /** Records that the response depends on these header fields, which downstream caches must distinguish. */
  noteReadByHooks(names: readonly string[]): void {
    this.readByHooks ??= new Set();
    for (const name of names) this.readByHooks.add(name);
  }

  /** Context for the gateway's own resolvers: reading the caller's identity from it makes the response private. */
  get resolverContext(): ResolverContext {
    // Plugins can pass to resolvers what they have read, for example in an AsyncLocalStorage.
    if (this.readByPlugins?.identity) this.cacheability.makePrivate();
    if (this.readByPlugins?.fields) this.cacheability.forbid();
    this.forResolvers ??= createResolverContext(this);
    return this.forResolvers;
  }

  /** Nested operations and loads of resolvers. @throws Error where there is no graph. */
  get loads(): RequestLoads<RequestContext> {
    if (!this.nestedGraph) throw new Error('There is no graph here to execute operations on.');
    this.nestedLoads ??= new RequestLoads(this, this.nestedGraph);
    return this.nestedLoads;
  }

  /**
   * To be called when an operation of the request begins: the freshness of a previous one in a batch does not apply to
   * it.
   */
  begin(kind: `${OperationTypeNode}`): void {
    this.operations += 1;
    if (kind === 'mutation') this.isChanging = true;
    this.freshness = null;
  }

  /** Header fields of a subgraph's response, which this response and those that contain it have as well. */
  receiveHeaders(received: ReceivedHeaders): void {
    for (let at: RequestContext | null = this; at; at = at.#outer) {
      at.received ??= [];
      at.received.push(received);
    }
  }

  /** Header fields of subgraphs' responses, besides `responseHeaders`. */
  get receivedHeaders(): readonly (readonly [name: string, value: string | string[]])[] {
    return this.received ? mergedHeaders(this.received) : none;
  }

  /** Records that a rule in measure mode would have rejected the request, or a part of it. */
  wouldReject(rejection: MeasuredRejection): void {
    for (let at: RequestContext | null = this; at; at = at.#outer ?? at.#subscription) {
      at.measuredRejections ??= new MeasuredRejections();
      at.measuredRejections.add(rejection);
    }
  }

  /** Records numbers of fields that have their fallbacks, by subgraph. */
  recordDegraded(counts: ReadonlyMap<string, number>): void {
    for (let at: RequestContext | null = this; at; at = at.#outer ?? at.#subscription) at.addDegraded(counts);
  }

  recordErrors(errors: readonly Pick<GraphQLError, 'extensions'>[]): void {
    this.errorCodes = [...new Set(errors.map((error) => String(error.extensions.code ?? 'UNKNOWN')))];
  }

  /** The header fields of the response; that of a batch is not cached. */
  get responseHeaders(): readonly HeaderField[] {
    const isStorable = this.operations === 1 && !this.isBatch && !this.isIsolated && !setsCookie(this.received);
    const freshness = isStorable ? this.freshness : null;
    return freshness ? cacheableHeaders(this, freshness) : [...this.rejectionHeaders, noStore];
  }

  /** Header fields of a response that is not cached, such as a rejection. Its \`cache-control\` is not among them. */
  get rejectionHeaders(): readonly HeaderField[] {
    return uncachedHeaders(this);
  }

  /** A context with the same caller, for work that continues after the end of the request. */
  forBackground(): RequestContext {
    return this.#derive(this, newWork()).#traceApart(this.#traceEnd('background'));
  }

  /**
   * A context of the same request, for one operation of a batch: its response is cached independently of the others. One
   * that is for such an operation already is returned as it is.
   */
  forBatchMember(): RequestContext {
    if (this.#isMember) return this;
    const member = this.#derive(this, this);
    member.epoch = this.epoch;
    member.isChanging = this.isChanging;
    member.isBatch = true;
    member.#isMember = true;
    member.fetches = this.fetches;
    member.headers = this.headers;
    member.#outer = this;
    return member;
  }

  /** A context with the same caller, for one operation of a WebSocket connection. */
  forOperation(): RequestContext {
    // Browsers open WebSockets with `cache-control: no-cache`, which does not concern the operations sent over them.
    const head = { ...headFields(this), requestId: randomUUID(), allowCacheRead: true, allowCacheWrite: true };
    const operation = this.#derive(head, newWork()).#traceApart(null);
    if (this.fetches) operation.fetches = new FetchRecorder(operation.started);
    return operation;
  }

  /**
   * A context with the same caller, for one event of a subscription: of its fetches, only totals are recorded, since a
   * subscription may have any number of events.
   */
  forEvent(calls: EventCalls): RequestContext {
    const work = { cancellation: this.cancellation, calls, started: this.started };
    const event = this.#derive(this, work).#traceApart(this.#traceEnd('event'));
    event.#subscription = this;
    event.fetches = this.fetches?.forEvent() ?? null;
    return event;
  }

  /** A context of the same request, for an operation that one of its resolvers executes. */
  forNested(): RequestContext {
    const nested = this.#derive(this, this);
    nested.nested = this.nested + 1;
    nested.epoch = this.epoch;
    nested.isChanging = this.isChanging;
    nested.#outer = this;
    nested.fetches = this.fetches?.nested() ?? null;
    nested.cacheability = new Cacheability(this.cacheability);
    return nested;
  }

  /** Begins a trace of its own, linked to that of the context that it is derived from. */
  #traceApart(end: TraceEnd | null): this {
    this.trace &&= this.trace.linked(end);
    return this;
  }

  #traceEnd(kind: TraceKind): TraceEnd | null {
    return this.trace && { kind, requestId: this.requestId, operation: this.measured, client: this.client };
  }

  #derive(head: RequestHead, work: RequestWork): RequestContext {
    const derived = new RequestContext(head, work);
    derived.inherit(this);
    derived.deadline = work === this ? this.deadline : performance.now() + this.timeLimit;
    derived.nestedGraph = this.nestedGraph;
    return derived;
  }
}
