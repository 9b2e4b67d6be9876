// Request context: the state of one request while it is served, with its caller, its calls to subgraphs, the header
// fields of its response and its log line.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { GraphQLError, OperationTypeNode } from 'graphql';
import type { Identity, ResolverContext } from '../config/context.ts';
import type { Authenticated } from '../policy/authentication/authenticated.ts';
import type { CheckAccess } from '../policy/client-access.ts';
import type { CallerContext } from '../policy/operation-checks.ts';
import type { Caller, HeaderField } from '../policy/rate-limits/index.ts';
import { Cacheability } from '../transport/cacheability.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { ForwardedHeaders, SubgraphCall, SubgraphScope } from '../transport/subgraph-client.ts';
import type { HookScope, RequestHookContext } from './hook-context.ts';
import { headFields, headOf, type RequestHead } from './request-head.ts';
import { type NestedGraph, RequestLoads } from './request-loads.ts';
import { createResolverContext } from './resolver-context.ts';
import {
  cacheableHeaders,
  noStore,
  type ReadByPlugins,
  type ResponseFreshness,
  uncachedHeaders,
} from './response-headers.ts';

const none: readonly never[] = [];

/** Unit of work that is cancelled and logged as one. */
interface Work {
  cancellation: Cancellation;
  calls: SubgraphCall[];
  /** Milliseconds, of `performance.now()`. */
  started: number;
}

export class RequestContext implements CallerContext, SubgraphScope {
  readonly requestId: string;
  readonly calls: SubgraphCall[];
  epoch: number | null = null;
  readonly cancellation: Cancellation;
  readonly started: number;
  /** Client IP address, behind the trusted proxies. */
  address = '';
  /** The client (frontend) that the request names, if the gateway knows it. */
  client: string | null = null;
  /** Name and version that the client sends, for usage counting. */
  clientName: string | null = null;
  clientVersion: string | null = null;
  /** Rate plan of `client`. */
  ratePlan: string | null = null;
  /** Access rules of `client`; null where every caller may name it. */
  clientAccess: CheckAccess | null = null;
  /** Depth of nesting: resolvers of own fields may execute operations, which may have own fields. */
  nested = 0;
  /** Graph on which resolvers execute operations; null where there is none. */
  nestedGraph: NestedGraph<RequestContext> | null = null;
  /** Whether an operation of the request is a mutation. */
  isChanging = false;
  /** Created on first use. */
  nestedLoads: RequestLoads<RequestContext> | null = null;
  authenticated: Authenticated | null = null;
  forwarded?: ForwardedHeaders;
  variants: Map<string, string> | null = null;
  isIsolated = false;
  /** Null where plugins have read nothing that depends on the caller. */
  readByPlugins: ReadByPlugins | null = null;
  /** Header fields that hooks have read, for `Vary`; null where they have read nothing that depends on the caller. */
  readByHooks: Set<string> | null = null;
  /** State that the hooks of the operation share; null where there are none. */
  hookScope: HookScope | null = null;
  /** Context for hooks; created for the first that is called. */
  hookContext: RequestHookContext | null = null;
  /** Restrictions of caching that were found while the response was made. */
  cacheability = new Cacheability();
  /** Context for resolvers; created for the first that is called. */
  forResolvers: ResolverContext | null = null;
  /** Name of the operation, once known. */
  operation: string | undefined;
  /** Codes of the errors in the response. */
  errorCodes: string[] | undefined;
  /** Number of operations executed; more than one in a batch. */
  operations = 0;
  /** Whether the request has a list of operations, also of a single one. */
  isBatch = false;
  /** Reason for which the body was not read, or not to its end. */
  rejectedBody: GraphQLError | null = null;
  /** Null for a response that must not be cached. */
  freshness: ResponseFreshness | null = null;
  /** Header fields of the request that selected the endpoint. */
  selectedBy: readonly string[] = none;
  /** CORS header fields of the response; null where CORS is not configured. */
  cors: readonly (readonly [string, string])[] | null = null;
  /** Other header fields of the response. */
  headers: (readonly [name: string, value: string])[];
  readonly allowCacheRead: boolean;
  readonly allowCacheWrite: boolean;
  readonly isByUrl: boolean;
  readonly requestHeaders: IncomingHttpHeaders;

  private constructor(
    { requestId, allowCacheRead, allowCacheWrite, isByUrl, requestHeaders }: RequestHead,
    work: Work,
  ) {
    this.requestId = requestId;
    this.headers = [['x-request-id', requestId]];
    this.allowCacheRead = allowCacheRead;
    this.allowCacheWrite = allowCacheWrite;
    this.isByUrl = isByUrl;
    this.requestHeaders = requestHeaders;
    this.cancellation = work.cancellation;
    this.calls = work.calls;
    this.started = work.started;
  }

  static of(request: IncomingMessage): RequestContext {
    return new RequestContext(headOf(request), newWork());
  }

  /** Null for anonymous callers. */
  get identity(): Identity | null {
    return this.authenticated?.identity ?? null;
  }

  get caller(): Caller {
    const { identity, address, client, ratePlan, clientAccess } = this;
    if (!clientAccess) return { identity, address, client, ratePlan };
    // A caller that may not use the client does not count towards the client's limits either.
    return clientAccess(this.authenticated) === null
      ? { identity, address, client, ratePlan, holdsPlan: true }
      : { identity, address, client: null, ratePlan };
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

  /** Records that the response depends on these header fields, which downstream caches must tell apart. */
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

  recordErrors(errors: readonly GraphQLError[]): void {
    this.errorCodes = [...new Set(errors.map((error) => String(error.extensions.code ?? 'UNKNOWN')))];
  }

  /** The header fields of the response; that of a batch is not cached. */
  get responseHeaders(): readonly HeaderField[] {
    const freshness = this.operations === 1 && !this.isBatch && !this.isIsolated ? this.freshness : null;
    return freshness ? cacheableHeaders(this, freshness) : [...this.rejectionHeaders, noStore];
  }

  /** Header fields of a response that is not cached, such as a rejection. Its \`cache-control\` is not among them. */
  get rejectionHeaders(): readonly HeaderField[] {
    return uncachedHeaders(this);
  }

  /** A context with the same caller, for work that continues after the end of the request. */
  forBackground(): RequestContext {
    return this.#derive(this, newWork());
  }

  /**
   * A context of the same request, for one operation of a batch: its response is cached independently of the others.
   */
  forBatchMember(): RequestContext {
    const member = this.#derive(this, this);
    member.epoch = this.epoch;
    member.isChanging = this.isChanging;
    member.isBatch = true;
    member.headers = this.headers;
    return member;
  }

  /** A context with the same caller, for one operation of a WebSocket connection. */
  forOperation(): RequestContext {
    // Browsers open WebSockets with `cache-control: no-cache`, which does not concern the operations sent over them.
    const head = { ...headFields(this), requestId: randomUUID(), allowCacheRead: true, allowCacheWrite: true };
    return this.#derive(head, newWork());
  }

  /**
   * A context with the same caller, for one event of a subscription: its fetches are recorded separately, since a
   * subscription may have any number of events.
   */
  forEvent(): RequestContext {
    return this.#derive(this, { cancellation: this.cancellation, calls: [], started: this.started });
  }

  /** A context of the same request, for an operation that one of its resolvers executes. */
  forNested(): RequestContext {
    const nested = this.#derive(this, this);
    nested.nested = this.nested + 1;
    nested.epoch = this.epoch;
    nested.isChanging = this.isChanging;
    nested.cacheability = new Cacheability(this.cacheability);
    return nested;
  }

  #derive(head: RequestHead, work: Work): RequestContext {
    const derived = new RequestContext(head, work);
    derived.address = this.address;
    derived.client = this.client;
    derived.clientName = this.clientName;
    derived.clientVersion = this.clientVersion;
    derived.ratePlan = this.ratePlan;
    derived.clientAccess = this.clientAccess;
    derived.nested = this.nested;
    derived.nestedGraph = this.nestedGraph;
    derived.authenticated = this.authenticated;
    if (this.forwarded) derived.forwarded = this.forwarded;
    derived.variants = this.variants;
    derived.isIsolated = this.isIsolated;
    derived.readByPlugins = this.readByPlugins;
    derived.hookScope = this.hookScope;
    derived.selectedBy = this.selectedBy;
    return derived;
  }

  /** Fields of the request's log line. Times in milliseconds. */
  logLine(method: string | undefined, path: string, status: number): Record<string, unknown> {
    return {
      requestId: this.requestId,
      method,
      path,
      ...(this.client !== null && { client: this.client }),
      operation: this.operation,
      status,
      duration: rounded(performance.now() - this.started),
      ...(this.errorCodes && { errors: this.errorCodes }),
      calls: this.calls.map((call) => ({ ...call, duration: rounded(call.duration) })),
    };
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

function newWork(): Work {
  return { cancellation: new Cancellation(), calls: [], started: performance.now() };
}
