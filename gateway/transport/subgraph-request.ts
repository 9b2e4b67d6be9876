// Request to a subgraph, from the choice of an address to the response: one exchange, or several where the first ones
// fail or are slow.
import type { FetchRecord } from '../telemetry/trace/trace.ts';
import { AdmittedRequest } from './admitted-request.ts';
import { pause } from './cancellation.ts';
import type { ConnectionUse } from './connection.ts';
import { deadlineHeader, interruptedRequest, MIN_TIME, OutOfTime } from './deadline.ts';
import { failureFor, isFailure, outcomeOf } from './failures.ts';
import type { FetchProfile } from './fetch-profile.ts';
import { type HttpMessage, isIdempotent } from './http-message.ts';
import type { RequestSettings } from './request-settings.ts';
import { type RetryReason, reasonToRetry, retryDelay } from './retry-policy.ts';
import type { WaitingRequest } from './slow-requests.ts';
import { NotConnected } from './subgraph-address.ts';
import { RequestCancelled } from './subgraph-error.ts';
import { type Done, type ExchangeOwner, SubgraphExchange } from './subgraph-exchange.ts';
import type { SubgraphResponse } from './subgraph-response.ts';
import type { SubgraphScope } from './subgraph-scope.ts';
import type { Upstream } from './upstream.ts';

const none: readonly string[] = [];

export class SubgraphRequest extends AdmittedRequest<RequestSettings> implements ExchangeOwner, WaitingRequest {
  readonly hasCustomScalars: boolean;
  readonly message: HttpMessage | null;
  /** Header fields of the client's request that the subgraph gets, with the key of a mutation. */
  readonly #forwarded: readonly string[];
  readonly #isRepeatable: boolean;
  /** Exchanges that were sent and have failed, without those on connections that had ended before. */
  #failed = 0;
  /** Number of exchanges that run. */
  #running = 0;
  /** The exchange that began last. */
  #latest: SubgraphExchange | null = null;
  /** Addresses that have got it, from the second exchange on. */
  #tried: Upstream[] | null = null;
  /** The slow exchange beside the latest one. */
  #slow: SubgraphExchange | null = null;
  #hasResent = false;

  /** @param message what is sent in place of `body`, which is the GraphQL request that it is sent for. */
  constructor(
    settings: RequestSettings,
    body: string,
    scope: SubgraphScope,
    done: Done,
    profile: FetchProfile,
    message: HttpMessage | null = null,
  ) {
    super(settings, body, scope, done, profile);
    this.hasCustomScalars = profile.hasCustomScalars;
    this.message = message;
    const { exchange, keys } = settings;
    this.#isRepeatable = keys !== null || (message ? isIdempotent(message.method) : profile.isQuery);
    if (profile.isQuery || !keys) this.#forwarded = scope.forwarded?.headersFor(exchange.subgraph) ?? none;
    else this.#forwarded = keys.fieldsFor(exchange.subgraph, scope);
  }

  protected override send(now: number): void {
    const { upstreams, retries, hedges, waiting } = this.settings;
    retries.count(now);
    hedges?.count(now);
    if (this.profile.isQuery) waiting?.add(this);
    this.#dispatch(upstreams.choose(now), this.profile.isQuery ? 'any' : 'recent', now);
  }

  /** Sends it to another address as well, where none of it has come back. @returns whether it was sent. */
  sendElsewhere(reason: RetryReason, now: number): boolean {
    const latest = this.#latest;
    if (this.isOver || this.#running !== 1 || latest?.status !== 0 || !this.#hasTime(now)) return false;
    const tried = [latest.upstream];
    const { upstreams, maxAttempts } = this.settings;
    if (this.#failed + 1 >= maxAttempts || !upstreams.hasOther(tried) || !this.takePlace()) return false;
    if (!this.#takeRetry(reason, now)) {
      this.leavePlace();
      return false;
    }
    this.#tried = tried;
    this.#slow = latest;
    this.#dispatch(upstreams.choose(now, tried), 'any', now);
    return true;
  }

  /** Time at which its first exchange began, while it is the only one and no head of a response has arrived. */
  get waitsSince(): number | null {
    return this.attempts === 1 && this.#latest?.status === 0 ? this.#latest.started : null;
  }

  get upstream(): Upstream | null {
    return this.#latest?.upstream ?? null;
  }

  headReceived(exchange: SubgraphExchange): void {
    exchange.upstream.respond();
    if (!this.settings.waiting) return;
    this.settings.waiting.delete(this);
    this.profile.latency.add(performance.now() - exchange.started);
  }

  exchangeEnded(exchange: SubgraphExchange, error: Error | null, response: SubgraphResponse | null): void {
    const now = performance.now();
    this.#running -= 1;
    this.#reportTo(exchange, error, response, now);
    const outcome = outcomeOf(error);
    exchange.fetch?.end(outcome);
    exchange.record?.end(outcome);
    if (this.isOver) return;
    if (error && !(error instanceof RequestCancelled) && !this.cancellation.isExpired) {
      const reason = this.#reasonToRetry(exchange, error);
      if (exchange.isSent && reason !== 'stale') this.#failed += 1;
      // The one beside it may still succeed.
      if (this.#running > 0) return;
      if (reason && this.#retry(exchange, reason, now)) return;
    }
    this.finish(failureFor(error, this.scope, exchange.upstream), response, now);
  }

  #dispatch(upstream: Upstream, use: ConnectionUse, now: number): void {
    this.attempts += 1;
    this.#running += 1;
    const { exchange: options } = this.settings;
    const { subgraph } = options;
    const { requestId, trace, fetches, deadline } = this.scope;
    const { origin, path, label, headers: fixedFields } = upstream;
    const forwarded = this.message ? withoutFields(this.#forwarded, this.message.fields) : this.#forwarded;
    const fields = ['x-request-id', requestId, ...forwarded];
    const left = this.ends - now;
    if (deadline !== undefined) fields.push(deadlineHeader, `${Math.floor(left)}`);
    const exchange = new SubgraphExchange(options, this, upstream, now, left);
    const { message } = this;
    if (trace) exchange.fetch = trace.fetch(subgraph, origin, path, this.attempts, fields);
    if (message && exchange.fetch) describeFetch(exchange.fetch, message);
    if (fetches) {
      const address = message ? `${message.method} ${origin}${basePath(path)}${message.template}` : label;
      exchange.record = fetches.send(subgraph, this.body, address, this.attempts);
      if (this.attempts === 1) exchange.record.queued = this.queued;
    }
    this.#latest = exchange;
    upstream.begin(now);
    // It may end at once.
    if (!message) upstream.pool.dispatch({ path, fixedFields, fields, body: this.body }, exchange, use);
    else {
      fields.push(...message.fields);
      const { method, body } = message;
      upstream.pool.dispatch({ method, path: message.pathFor(path), fixedFields, fields, body }, exchange, use);
    }
  }

  /** Counts the end of an exchange for its address. */
  #reportTo(
    { upstream, started }: SubgraphExchange,
    error: Error | null,
    response: SubgraphResponse | null,
    now: number,
  ) {
    upstream.end();
    // Errors alone and rejections are often faster than responses: they do not make an address faster.
    if (response?.data) upstream.succeed(now, now - started);
    else if (isFailure(error)) this.settings.upstreams.fail(upstream, now, error instanceof NotConnected);
  }

  #reasonToRetry(exchange: SubgraphExchange, error: Error): RetryReason | null {
    const isFailing = exchange.upstream.failuresInRow > 1 && this.settings.upstreams.all.length > 1;
    const reason = reasonToRetry(exchange, error, { isRepeatable: this.#isRepeatable, isFailing });
    // Once: another connection that ends like this was reset.
    return reason === 'stale' && this.#hasResent ? 'reset' : reason;
  }

  /** @returns whether there will be another exchange. */
  #retry(exchange: SubgraphExchange, reason: RetryReason, now: number): boolean {
    const { upstreams, exchange: options, maxAttempts } = this.settings;
    const { upstream } = exchange;
    if (upstreams.isClosed || !this.#hasTime(now)) return false;
    if (reason === 'stale') {
      this.#hasResent = true;
      options.series?.retried(reason);
      this.#dispatch(upstream, 'new', now);
      return true;
    }
    const tried = this.#tried ?? [];
    tried.push(upstream);
    this.#tried = tried;
    const isSame = !upstreams.hasOther(tried);
    // Without a connection, nothing was sent: each address may be tried, but not one of them again and again.
    const isFree = !exchange.isSent && !isSame;
    if (!exchange.isSent && isSame) this.#failed += 1;
    const delay = retryDelay(exchange, reason, isSame);
    if (!this.#hasTime(now + delay)) return false;
    if (isFree) options.series?.retried(reason);
    else if (this.#failed >= maxAttempts || !this.#takeRetry(reason, now)) return false;
    this.#sendAgain(delay);
    return true;
  }

  /** Whether a further exchange may still get a response in time. */
  #hasTime(now: number): boolean {
    return this.ends - now >= MIN_TIME;
  }

  #takeRetry(reason: RetryReason, now: number): boolean {
    const { retries, hedges } = this.settings;
    if (!(reason === 'hedge' ? hedges : retries)?.take(now)) return false;
    this.settings.exchange.series?.retried(reason);
    return true;
  }

  #sendAgain(delay: number): void {
    const send = () => {
      const now = performance.now();
      // The event loop may have been late.
      if (!this.#hasTime(now)) this.finish(new OutOfTime(this.settings.exchange.subgraph), null, now);
      else {
        const upstream = this.settings.upstreams.choose(now, this.#tried);
        this.#dispatch(upstream, this.profile.isQuery ? 'any' : 'recent', now);
      }
    };
    const failure = () => interruptedRequest(this.cancellation, this.settings.exchange.subgraph);
    if (delay === 0) send();
    else pause(delay, this.cancellation, send, () => this.finish(failure(), null, performance.now()));
  }

  protected override finish(error: Error | null, response: SubgraphResponse | null, now: number): void {
    this.isOver = true;
    this.settings.waiting?.delete(this);
    if (this.#running > 0) {
      this.#latest?.abandon();
      this.#slow?.abandon();
    }
    this.#latest = null;
    this.#slow = null;
    super.finish(error, response, now);
  }
}

/** Those of the fields that the others do not set: each name is sent once. */
function withoutFields(fields: readonly string[], others: readonly string[]): readonly string[] {
  const isSet = (name: string) => others.some((other, index) => index % 2 === 0 && other === name);
  return fields.filter((_, index) => !isSet(fields[index - (index % 2)] as string));
}

/** Without the slash at its end, and without a query, which may hold a secret. */
function basePath(path: string): string {
  return (path.split('?', 1)[0] as string).replace(/\/$/, '');
}

function describeFetch(fetch: FetchRecord, { method, template }: HttpMessage): void {
  fetch.method = method;
  fetch.template = template;
}
