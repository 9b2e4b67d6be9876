// Request log: one line for each request and operation, for operators and auditors, and the same requests for the console.
// Fields about a person are left out by one option; lines of ordinary requests may be sampled, never those of errors, of
// slow ones and of what a rule in measure mode would have rejected.
import { hash } from 'node:crypto';
import type { Identity } from '../config/context.ts';
import type { LogConfig } from '../config/log.ts';
import { milliseconds } from '../config/values.ts';
import { statusOf } from '../errors.ts';
import type { Plan } from '../query-plan/plan.ts';
import { planId } from '../query-plan/plan-id.ts';
import { type Logger, writeLine } from '../telemetry/log.ts';
import type { RecentErrors } from '../telemetry/recent-errors.ts';
import type { SubgraphCall } from '../transport/subgraph-scope.ts';
import type { RecentRequests, RequestEnd } from './recent-requests.ts';
import type { RequestContext } from './request-context.ts';

const MAX_USER_AGENT = 256;

/** What else gets requests. */
export interface RequestLogReaders {
  /** Gets those that have failed; null where none are remembered. */
  recentErrors?: RecentErrors | null;
  /** For the console; null where there is none. */
  recent?: RecentRequests | null;
}

export class RequestLog {
  readonly #log: Logger;
  readonly #hasPersonal: boolean;
  /** Milliseconds. */
  readonly #slow: number;
  readonly #sample: number;
  readonly #hasDetails: boolean;
  readonly #recentErrors: RecentErrors | null;
  readonly #recent: RecentRequests | null;
  readonly #planIds = new WeakMap<Plan, string>();

  constructor(
    log: Logger,
    { personal, slow, sample, subgraphErrors }: LogConfig,
    { recentErrors = null, recent = null }: RequestLogReaders = {},
  ) {
    this.#log = log;
    this.#recentErrors = recentErrors;
    this.#recent = recent;
    this.#hasDetails = subgraphErrors !== 'codes';
    this.#hasPersonal = personal;
    this.#slow = slow === undefined ? Number.POSITIVE_INFINITY : milliseconds(slow);
    this.#sample = sample;
  }

  /** To be called at the start of each request that `write` is called for. */
  begin(context: RequestContext): void {
    this.#recent?.begin(context);
  }

  /** @param more fields of the transport. */
  write(context: RequestContext, end: RequestEnd, more?: Readonly<Record<string, unknown>>): void {
    const duration = performance.now() - context.started;
    const isSlow = duration > this.#slow;
    this.#recent?.add(context, end, duration);
    if (this.#recentErrors && hasFailed(end.status, context.errorCodes)) {
      this.#recentErrors.request(this.fields(context, end, duration));
    }
    if (!this.#log.isLevelEnabled(isSlow ? 'warn' : 'info')) return;
    const isOrdinary =
      !isSlow &&
      end.status < 400 &&
      !context.errorCodes &&
      !context.measuredRejections &&
      !context.degraded &&
      !context.faults;
    if (isOrdinary && this.#sample < 1 && Math.random() >= this.#sample) return;
    const own = this.fields(context, end, duration);
    const fields = more ? { ...own, ...more } : own;
    writeLine(this.#log, isSlow ? 'warn' : 'info', fields, isSlow ? 'slow request' : 'request');
  }

  /** Fields of a request's line. Times in milliseconds. */
  fields(
    context: RequestContext,
    { method, path, status, bytes }: RequestEnd,
    duration = performance.now() - context.started,
  ): Record<string, unknown> {
    const { measured, cost, trace, requestHeaders } = context;
    const hasPersonal = this.#hasPersonal;
    // One shape for all lines: JSON has no field that is undefined, and an object of optional parts takes three times as long.
    return {
      requestId: context.requestId,
      method,
      path,
      client: context.client ?? undefined,
      tenant: context.tenant?.name,
      address: hasPersonal && context.address !== '' ? context.address : undefined,
      userAgent: hasPersonal ? requestHeaders['user-agent']?.slice(0, MAX_USER_AGENT) : undefined,
      caller: hasPersonal && context.identity ? callerHash(context.identity) : undefined,
      batch: context.isBatch ? context.operations : undefined,
      operation: context.isBatch ? undefined : context.operation,
      document: measured?.document,
      plan: context.plan ? this.#planId(context.plan) : undefined,
      status,
      duration: rounded(duration),
      bytes,
      cost: cost?.estimated,
      actualCost: cost?.actual ?? undefined,
      cache: context.cacheOutcome ?? undefined,
      errors: context.errorCodes,
      faults: context.faults?.texts,
      degraded: context.degraded ? Object.fromEntries(context.degraded) : undefined,
      wouldReject: context.measuredRejections?.all,
      trace_id: trace?.traceId,
      span_id: trace?.spanId,
      sample: this.#sample < 1 ? this.#sample : undefined,
      calls: context.calls.map((call) => this.#call(call)),
    };
  }

  #planId(plan: Plan): string {
    let id = this.#planIds.get(plan);
    if (id === undefined) {
      id = planId(plan);
      this.#planIds.set(plan, id);
    }
    return id;
  }

  #call({ subgraph, outcome, events, requests, attempts, queued, duration, detail }: SubgraphCall): object {
    return {
      ...{ subgraph, outcome, events, requests, attempts },
      queued: queued === undefined ? undefined : rounded(queued),
      duration: rounded(duration),
      detail: this.#hasDetails ? detail : undefined,
    };
  }
}

/** A caller is the same one wherever its hash is the same. */
function callerHash({ key }: Identity): string {
  return hash('sha256', key).slice(0, 16);
}

/** Whether a request has failed for a reason that is not the client's. */
function hasFailed(status: number, codes: readonly string[] | undefined): boolean {
  return status >= 500 || (codes?.some((code) => (statusOf(code) ?? 500) >= 500) ?? false);
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
