// Admission of a request to a subgraph, and its end: it passes the circuit breaker and takes a place in the bulkhead,
// where it may wait for one; at its end it gives them back, and is recorded. Calls `done` exactly once.
import { NORMAL, type Permit, REJECTED } from './breaker.ts';
import type { Cancellation } from './cancellation.ts';
import { interruptedRequest, MIN_TIME, OutOfTime } from './deadline.ts';
import { callOf, isFailure, outcomeOf } from './failures.ts';
import type { FetchProfile } from './fetch-profile.ts';
import type { Flow, FlowRequest } from './flow.ts';
import type { AdmissionSettings } from './request-settings.ts';
import { circuitOpen } from './subgraph-error.ts';
import type { Done } from './subgraph-exchange.ts';
import type { SubgraphResponse } from './subgraph-response.ts';
import type { SubgraphScope } from './subgraph-scope.ts';

export abstract class AdmittedRequest<Settings extends AdmissionSettings> implements FlowRequest {
  readonly cancellation: Cancellation;
  readonly profile: FetchProfile;
  readonly flow: Flow;
  readonly ends: number;
  protected readonly settings: Settings;
  protected readonly body: string;
  protected readonly scope: SubgraphScope;
  /** Number of exchanges. */
  protected attempts = 0;
  protected isOver = false;
  /** Milliseconds that it waited for its place. */
  protected queued = 0;
  readonly #done: Done;
  /** Milliseconds of `performance.now()`. */
  protected readonly startedAt: number;
  #permit: Permit = NORMAL;
  #places = 0;

  constructor(settings: Settings, body: string, scope: SubgraphScope, done: Done, profile: FetchProfile) {
    this.settings = settings;
    this.body = body;
    this.scope = scope;
    this.#done = done;
    this.profile = profile;
    this.cancellation = scope.cancellation;
    this.startedAt = performance.now();
    this.ends = Math.min(this.startedAt + settings.exchange.timeout, scope.deadline ?? Number.POSITIVE_INFINITY);
    this.flow = settings.bulkhead.flowOf(profile);
  }

  start(): void {
    const { exchange, bulkhead, breaker } = this.settings;
    const { isExpired } = this.cancellation;
    if (isExpired) this.fail(interruptedRequest(this.cancellation, exchange.subgraph), this.startedAt);
    else if (breaker?.rejects(this.startedAt)) this.fail(circuitOpen(exchange.subgraph), this.startedAt);
    else bulkhead.enter(this, this.startedAt);
  }

  begin(now: number): void {
    const { exchange, breaker } = this.settings;
    this.#places = 1;
    this.queued = now - this.startedAt;
    const hasTime = this.ends - now >= Math.min(MIN_TIME, exchange.timeout);
    if (hasTime && breaker) this.#permit = breaker.admit(now);
    if (hasTime && this.#permit !== REJECTED) this.send(now);
    else this.fail(hasTime ? circuitOpen(exchange.subgraph) : new OutOfTime(exchange.subgraph), now);
  }

  fail(error: Error, now: number): void {
    this.queued = now - this.startedAt;
    this.scope.fetches?.reject(this.settings.exchange.subgraph, this.body, outcomeOf(error), this.queued);
    this.finish(error, null, now);
  }

  /** Sends it for the first time. */
  protected abstract send(now: number): void;

  /** Takes a place for an exchange beside the first one. */
  protected takePlace(): boolean {
    const hasPlace = this.settings.bulkhead.take(this.flow);
    if (hasPlace) this.#places += 1;
    return hasPlace;
  }

  protected leavePlace(): void {
    this.#places -= 1;
    this.settings.bulkhead.leave(this.flow);
  }

  protected finish(error: Error | null, response: SubgraphResponse | null, now: number): void {
    this.isOver = true;
    const { exchange, breaker } = this.settings;
    if (breaker) {
      if (!error || isFailure(error)) breaker.record(this.#permit, error !== null, now);
      else breaker.release(this.#permit);
    }
    while (this.#places > 0) this.leavePlace();
    const { scope } = this;
    const duration = now - this.startedAt;
    const call = callOf(exchange.subgraph, duration, error);
    if (this.attempts > 1) call.attempts = this.attempts;
    if (this.queued > 0) call.queued = this.queued;
    exchange.series?.ended(call.outcome, duration / 1000, scope.trace?.sampledId);
    scope.calls.push(call);
    if (response?.directives) scope.cacheability?.restrict(exchange.subgraph, response.directives);
    if (response?.headers) scope.receiveHeaders?.(response.headers);
    this.#done(error, response);
  }
}
