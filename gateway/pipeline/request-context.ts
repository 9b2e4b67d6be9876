// One request while it is served: who asks, what was called, what its answer says in headers, and what will stand in its
// log line.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GraphQLError, OperationTypeNode } from 'graphql';
import type { Identity, ResolverContext } from '../config/context.ts';
import type { Authenticated } from '../policy/authentication/authenticated.ts';
import type { CheckAccess } from '../policy/client-access.ts';
import type { CallerContext } from '../policy/operation-checks.ts';
import type { Caller, HeaderField } from '../policy/rate-limits/index.ts';
import { Cacheability } from '../transport/cacheability.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { ForwardedHeaders, SubgraphCall, SubgraphScope } from '../transport/subgraph-client.ts';
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

/** Work that is done, and ended, as one. */
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
  /** Where the request comes from, behind the trusted proxies. */
  address = '';
  /** The client (frontend) that it names, if that is one the gateway knows. */
  client: string | null = null;
  /** What it calls itself and its release, for counting who uses what. */
  clientName: string | null = null;
  clientVersion: string | null = null;
  /** The rate plan of that client. */
  ratePlan: string | null = null;
  /** The access rules of that client; null where every caller may name it. */
  clientAccess: CheckAccess | null = null;
  /** How many operations this one is asked for by: own fields may ask the graph, which may have own fields. */
  nested = 0;
  /** What resolvers execute operations on; null where there is nothing. */
  nestedGraph: NestedGraph<RequestContext> | null = null;
  /** Whether an operation of the request is a mutation. */
  isChanging = false;
  /** Made with the first of them. */
  nestedLoads: RequestLoads<RequestContext> | null = null;
  authenticated: Authenticated | null = null;
  forwarded?: ForwardedHeaders;
  variants: Map<string, string> | null = null;
  isIsolated = false;
  /** Null where plugins have read nothing of the caller. */
  readByPlugins: ReadByPlugins | null = null;
  /** What was learned of the response while it was made. */
  cacheability = new Cacheability();
  /** What resolvers get; made for the first that is called. */
  forResolvers: ResolverContext | null = null;
  /** The operation's name, once it is known. */
  operation: string | undefined;
  /** Codes of the errors in the answer. */
  errorCodes: string[] | undefined;
  /** Operations that were answered; more than one in a batch. */
  operations = 0;
  /** Several operations in one request; or one, in a list. */
  isBatch = false;
  /** Why the body was not read, or not to its end. */
  rejectedBody: GraphQLError | null = null;
  /** Null for an answer that nobody may keep. */
  freshness: ResponseFreshness | null = null;
  /** Header fields of the request that decided which graph is asked. */
  selectedBy: readonly string[] = none;
  /** CORS header fields of the response; null where CORS is not configured. */
  cors: readonly (readonly [string, string])[] | null = null;
  /** Header fields of the answer besides. */
  headers: (readonly [name: string, value: string])[];
  readonly allowCacheRead: boolean;
  readonly allowCacheWrite: boolean;
  readonly isByUrl: boolean;

  private constructor({ requestId, allowCacheRead, allowCacheWrite, isByUrl }: RequestHead, work: Work) {
    this.requestId = requestId;
    this.headers = [['x-request-id', requestId]];
    this.allowCacheRead = allowCacheRead;
    this.allowCacheWrite = allowCacheWrite;
    this.isByUrl = isByUrl;
    this.cancellation = work.cancellation;
    this.calls = work.calls;
    this.started = work.started;
  }

  static of(request: IncomingMessage): RequestContext {
    return new RequestContext(headOf(request), newWork());
  }

  /** Null where nobody has signed in. */
  get identity(): Identity | null {
    return this.authenticated?.identity ?? null;
  }

  get caller(): Caller {
    const { identity, address, client, ratePlan, clientAccess } = this;
    if (!clientAccess) return { identity, address, client, ratePlan };
    // A caller that may not use the client takes nothing from the client's own limits either.
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
   * @param header of the request that the value comes from, if it does.
   */
  varyBy(name: string, value: string, header?: string): void {
    this.variants ??= new Map();
    this.variants.set(name, value);
    if (header !== undefined) this.selectedBy = [...this.selectedBy, header];
  }

  /** Makes the response this request's alone: it is neither taken from a cache, nor stored, nor shared. */
  isolate(): void {
    this.isIsolated = true;
    this.cacheability.forbid();
  }

  /**
   * Responses of this request may depend on these header fields from now on.
   * @param names `*` for any.
   * @param isIdentity whether it was the identity that was read, which these fields say.
   */
  noteReadByPlugins(names: readonly string[], isIdentity = false): void {
    if (!this.readByPlugins) {
      this.readByPlugins = { names: new Set(), identity: false, fields: false };
      // Responses that were made without such a read are no responses to this request.
      this.varyBy('plugins', 'read');
    }
    for (const name of names) this.readByPlugins.names.add(name);
    if (isIdentity) this.readByPlugins.identity = true;
    else this.readByPlugins.fields = true;
  }

  /** What the gateway's own resolvers get in place of this: reading who the caller is makes the response private. */
  get resolverContext(): ResolverContext {
    // Plugins can hand on to resolvers what they have read, for example in an AsyncLocalStorage.
    if (this.readByPlugins?.identity) this.cacheability.makePrivate();
    if (this.readByPlugins?.fields) this.cacheability.forbid();
    this.forResolvers ??= createResolverContext(this);
    return this.forResolvers;
  }

  /** What resolvers execute on the graph besides. @throws Error where there is no graph. */
  get loads(): RequestLoads<RequestContext> {
    if (!this.nestedGraph) throw new Error('There is no graph here to execute operations on.');
    this.nestedLoads ??= new RequestLoads(this, this.nestedGraph);
    return this.nestedLoads;
  }

  /** An operation of the request begins: what was learned of the one before it in a batch does not hold for it. */
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

  /** The header fields of a response that is stored nowhere, such as a rejection. It may have \`cache-control\` besides. */
  get rejectionHeaders(): readonly HeaderField[] {
    return uncachedHeaders(this);
  }

  /** The same caller, for work that goes on when the request is over. */
  forBackground(): RequestContext {
    return this.#derive(this, newWork());
  }

  /** The same request, for one operation of a batch: what is learned of its response says nothing of the others'. */
  forBatchMember(): RequestContext {
    const member = this.#derive(this, this);
    member.epoch = this.epoch;
    member.isChanging = this.isChanging;
    member.isBatch = true;
    member.headers = this.headers;
    return member;
  }

  /** The same caller, for one of the operations that come over a connection. */
  forOperation(): RequestContext {
    // Browsers open connections with `cache-control: no-cache`, whatever operations they then carry.
    const head = { ...headFields(this), requestId: randomUUID(), allowCacheRead: true, allowCacheWrite: true };
    return this.#derive(head, newWork());
  }

  /**
   * The same caller, for one event of a subscription: what is fetched for it is recorded apart, since a subscription may have
   * any number of events.
   */
  forEvent(): RequestContext {
    return this.#derive(this, { cancellation: this.cancellation, calls: [], started: this.started });
  }

  /** The same request, for an operation that one of its resolvers executes. */
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
    derived.selectedBy = this.selectedBy;
    return derived;
  }

  /** What its log line says. Times in milliseconds. */
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
