// Request state: the fields of a request context, and those of them that a context derived from it takes over.

import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { ResolverContext } from '../config/context.ts';
import type { Priority } from '../config/overload.ts';
import type { LaterParts } from '../execute/deferred/later-parts.ts';
import type { Authenticated } from '../policy/authentication/authenticated.ts';
import type { CheckAccess } from '../policy/client-access.ts';
import type { Tenant } from '../policy/rate-limits/index.ts';
import type { Plan } from '../query-plan/plan.ts';
import type { MeasuredRejections } from '../telemetry/measured-rejections.ts';
import type { MeasuredOperation } from '../telemetry/metrics/request-metrics.ts';
import type { Trace } from '../telemetry/trace/trace.ts';
import { Cacheability } from '../transport/cacheability.ts';
import type { Cancellation } from '../transport/cancellation.ts';
import type { FetchRecorder } from '../transport/fetch-recorder.ts';
import type { InjectedFaults } from '../transport/injected-faults.ts';
import type { ReceivedHeaders } from '../transport/received-headers.ts';
import type { ForwardedHeaders } from '../transport/subgraph-client.ts';
import type { Protocol } from './api.ts';
import type { HookScope, RequestHookContext } from './hook-context.ts';
import type { RequestCost } from './operation-cost.ts';
import type { PlacedFiles } from './placed-files.ts';
import type { RequestHead } from './request-head.ts';
import type { CallLog, RequestWork } from './request-work.ts';
import type { ReadByPlugins, ResponseFreshness } from './response-headers.ts';

const none: readonly never[] = [];

/** Use of the response cache; `fallback` is a stale response in place of errors. */
export type CacheOutcome = 'hit' | 'stale' | 'miss' | 'fallback';

export class RequestState {
  readonly requestId: string;
  readonly calls: CallLog;
  epoch: number | null = null;
  readonly cancellation: Cancellation;
  readonly started: number;
  /** Milliseconds that an operation may take, and the time of `performance.now()` by which this one is needed. */
  timeLimit = Number.POSITIVE_INFINITY;
  deadline = Number.POSITIVE_INFINITY;
  /** Client IP address, behind the trusted proxies. */
  address = '';
  /** The client (frontend) that the request names, if there is one of this name. */
  client: string | null = null;
  /** Name and version that the client sends, for usage counting. */
  clientName: string | null = null;
  clientVersion: string | null = null;
  /** Rate plan of `client`. */
  ratePlan: string | null = null;
  /** Priority that `client` gives to its authenticated callers; null for none. */
  priority: Priority | null = null;
  /** Access rules of `client`; null where every caller may name it. */
  clientAccess: CheckAccess | null = null;
  /** Depth of nesting: resolvers of own fields may execute operations, which may have own fields. */
  nested = 0;
  /** Whether an operation of the request is a mutation. */
  isChanging = false;
  authenticated: Authenticated | null = null;
  /** The caller's organisation; null without one. */
  tenant: Tenant | null = null;
  forwarded?: ForwardedHeaders;
  /** Header fields of subgraphs' responses for the client; null without any. */
  received: ReceivedHeaders[] | null = null;
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
  /** The operation, for its log line, its metrics and its trace; null until it is known. */
  measured: MeasuredOperation | null = null;
  /** Of the operation, for its log line and the console; null until it is known. */
  plan: Plan | null = null;
  /** Null where nothing is traced. */
  trace: Trace | null = null;
  /** Whether the response comes from the response cache; null where it cannot. */
  cacheOutcome: CacheOutcome | null = null;
  /** Whether the response was stored in it. */
  isStored = false;
  /** What the operations cost; null where that is not recorded. */
  cost: RequestCost | null = null;
  /** Records fetches, for an explanation or the console; null where there is neither. */
  fetches: FetchRecorder | null = null;
  /** Name of the operation, once known. */
  operation: string | undefined;
  /** Codes of the errors in the response. */
  errorCodes: string[] | undefined;
  /** What rules in measure mode would have rejected; null where they would have rejected nothing. */
  measuredRejections: MeasuredRejections | null = null;
  /** Faults of its requests to subgraphs, and of its fields; null without any. */
  faults: InjectedFaults | null = null;
  /** Files that arrive with the request; null without any. */
  uploads: PlacedFiles | null = null;
  /** Numbers of fields that had their fallbacks, by subgraph; null without any. */
  degraded: Map<string, number> | null = null;
  /** Number of operations executed; more than one in a batch. */
  operations = 0;
  /** Whether the request is a HEAD, served as a GET. */
  omitsBody = false;
  /** Whether the request has a list of operations, also of a single one. */
  isBatch = false;
  /** The protocol by which the request came, which has its own form of errors. */
  protocol: Protocol = 'graphql';
  /** Reason for which the body was not read, or not to its end. */
  rejectedBody: GraphQLError | null = null;
  /** What follows the response, which is the first part then; null where it is whole. */
  later: LaterParts | null = null;
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
  requestHeaders: IncomingHttpHeaders;

  protected constructor(
    { requestId, allowCacheRead, allowCacheWrite, isByUrl, requestHeaders }: RequestHead,
    work: RequestWork,
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

  /**
   * The client's idempotency key in this header field. Undefined where its operations share the field: in batches, on
   * WebSockets, and for operations of resolvers.
   */
  clientKey(header: string): string | undefined {
    const { [header]: value, upgrade } = this.requestHeaders;
    if (this.isBatch || this.nested > 0 || upgrade?.toLowerCase() === 'websocket') return undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** Adds numbers of fields that have their fallbacks. */
  protected addDegraded(counts: ReadonlyMap<string, number>): void {
    this.degraded ??= new Map();
    for (const [name, count] of counts) this.degraded.set(name, (this.degraded.get(name) ?? 0) + count);
  }

  /** Takes over what a context for another part of the same caller's work shares. */
  protected inherit(from: RequestState): void {
    this.timeLimit = from.timeLimit;
    this.address = from.address;
    this.client = from.client;
    this.clientName = from.clientName;
    this.clientVersion = from.clientVersion;
    this.ratePlan = from.ratePlan;
    this.priority = from.priority;
    this.clientAccess = from.clientAccess;
    this.nested = from.nested;
    this.authenticated = from.authenticated;
    this.tenant = from.tenant;
    if (from.forwarded) this.forwarded = from.forwarded;
    this.variants = from.variants;
    this.isIsolated = from.isIsolated;
    this.readByPlugins = from.readByPlugins;
    this.hookScope = from.hookScope;
    this.selectedBy = from.selectedBy;
    this.faults = from.faults;
    this.trace = from.trace;
  }
}
