// Subgraph client: GraphQL over HTTP POST to the addresses of one subgraph.
import type { Logger } from '../telemetry/log.ts';
import { type AddressSource, FixedAddresses, type SourceAddress } from './address-source.ts';
import { Breaker } from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import { SubgraphConnections } from './connection-options.ts';
import { type FetchProfile, unknownFetch } from './fetch-profile.ts';
import { HealthChecks } from './health-checks.ts';
import type { HttpMessage } from './http-message.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { keyOf, openUpstream } from './open-upstream.ts';
import type { RequestSettings } from './request-settings.ts';
import { defaultResilience, type Resilience } from './resilience.ts';
import { RetryBudget } from './retry-budget.ts';
import { SlowRequests } from './slow-requests.ts';
import type { SubgraphClientOptions } from './subgraph-client-options.ts';
import { circuitOpen, RequestCancelled } from './subgraph-error.ts';
import type { Done } from './subgraph-exchange.ts';
import { SubgraphRequest } from './subgraph-request.ts';
import type { SubgraphResponse } from './subgraph-response.ts';
import type { SubgraphScope } from './subgraph-scope.ts';
import type { SubgraphState } from './subgraph-state.ts';
import { openSubscriptions } from './subscriptions/open-subscriptions.ts';
import { withDefaults } from './subscriptions/subscription-settings.ts';
import type { SubscriptionTransport } from './subscriptions/subscription-transport.ts';
import { sendFiles } from './uploads/upload-request.ts';
import type { UpstreamOptions } from './upstream.ts';
import { Upstreams } from './upstreams.ts';

export type { SubgraphClientOptions } from './subgraph-client-options.ts';
export { parseResponse, type SubgraphResponse } from './subgraph-response.ts';
export { recordEpoch, type SubgraphCall, type SubgraphScope } from './subgraph-scope.ts';
export type { SubgraphState } from './subgraph-state.ts';
export type { ForwardedHeaders } from './variance.ts';

export class SubgraphClient {
  readonly name: string;
  /** Whether requests to it may have files. */
  readonly takesFiles: boolean;
  readonly #source: AddressSource;
  readonly #upstreams: Upstreams;
  readonly #checks: HealthChecks;
  readonly #subscriptions: SubscriptionTransport;
  readonly #settings: RequestSettings;
  readonly #resilience: Resilience;
  readonly #open: (address: SourceAddress) => UpstreamOptions;
  readonly #connections: SubgraphConnections;
  #log: Pick<Logger, 'info' | 'warn'> | undefined;
  #isStarted = false;
  /** Why addresses could not be read the last time; null where they could. */
  #addressProblem: string | null = null;

  constructor(options: SubgraphClientOptions) {
    const { name, urls, series } = options;
    this.name = name;
    this.takesFiles = !options.connect && !options.connecting?.sign;
    this.#connections = new SubgraphConnections(options.connecting);
    this.#source = 'initial' in urls ? urls : new FixedAddresses(urls);
    const resilience = { ...defaultResilience, ...options.resilience };
    this.#resilience = resilience;
    const { bulkhead, retry, hedge } = resilience;
    // The bulkhead alone bounds requests: each of those in flight may have a connection.
    const subscriptions = withDefaults(options.subscriptions);
    const opened = {
      ...{ ...options, ...resilience, connections: bulkhead.concurrency, connecting: this.#connections },
      ...{ hasWebSockets: subscriptions.protocol === 'websocket', streamPath: subscriptions.path },
    };
    this.#open = (address) => openUpstream(address, opened);
    const addresses = this.#source.initial.map(this.#open);
    const upstreams = new Upstreams(addresses, {
      ...resilience,
      events: {
        ejected: (upstream, duration) => {
          series?.ejected();
          this.#warn({ address: upstream.label, duration }, 'address ejected: too many failures in a row');
          this.#checks.awaitConnection(upstream);
        },
        returned: ({ label }) => this.#warn({ address: label }, 'address gets requests again'),
        counted: (counts) => series?.countAddresses(counts),
      },
    });
    this.#upstreams = upstreams;
    this.#checks = new HealthChecks(upstreams, resilience.healthCheck);
    const breaker = resilience.breaker && this.#openBreaker(resilience.breaker, series);
    const isSingle = addresses.length === 1 && this.#source instanceof FixedAddresses;
    this.#settings = {
      exchange: {
        ...{ subgraph: name, timeout: options.timeout, maxBytes: options.maxResponseBytes },
        honoursCacheControl: options.honoursCacheControl ?? true,
        ...{ passedHeaders: options.passedHeaders ?? null, series },
      },
      ...{ upstreams, breaker, maxAttempts: retry.maxAttempts, retries: new RetryBudget(retry) },
      bulkhead: new Bulkhead(name, bulkhead, series),
      keys: retry.idempotencyKey ? new IdempotencyKeys(retry.idempotencyKey) : null,
      hedges: hedge && new RetryBudget({ ...hedge, minPerSecond: 0 }),
      waiting: isSingle ? null : new SlowRequests(upstreams, hedge !== null),
    };
    this.#subscriptions = openSubscriptions({
      ...{ subgraph: name, settings: subscriptions, upstreams, choice: resilience, open: this.#open },
      ...{ breaker, series, maxBytes: options.maxResponseBytes },
    });
  }

  /**
   * Reads the files that its connections need, which otherwise happens with the first connection.
   * @param log also for ejected addresses and the circuit breaker. @throws ConfigError for files that are not valid.
   */
  prepare(log: Pick<Logger, 'info' | 'warn'>): void {
    this.#log = log;
    this.#connections.prepare(log);
  }

  /** Counts a fetch that is not sent, since it would have cost too much. */
  countLeftOut(): void {
    this.#settings.exchange.series?.costExceeded.add();
  }

  /** Counts a response with fields that have their fallbacks, since the subgraph is down. */
  countDegraded(fields: number): void {
    this.#settings.exchange.series?.degradedResponses.add();
    this.#settings.exchange.series?.degradedFields.add(fields);
  }

  /**
   * Sends one request, `body` being its JSON text, and reads the response. `done` is called once: with the response, or
   * with a SubgraphError when there is no usable one, or with RequestCancelled when the request was cancelled.
   * @param profile of the fetch; by default, one that may have side effects, and is sent once.
   */
  execute(body: string, scope: SubgraphScope, done: Done, profile = unknownFetch): void {
    this.exchange(null, body, scope, done, profile);
  }

  /** As `execute`. @param message what is sent in place of `body` to a service that does not speak GraphQL. */
  protected exchange(
    message: HttpMessage | null,
    body: string,
    scope: SubgraphScope,
    done: Done,
    profile: FetchProfile,
  ): void {
    if (scope.cancellation.cancelled) {
      done(new RequestCancelled(), null);
      return;
    }
    if (!this.#isStarted) this.#start();
    const { uploads } = scope;
    if (!message && uploads?.placeholders.isIn(body)) {
      sendFiles(this.#settings, body, scope, uploads, done, profile);
    } else new SubgraphRequest(this.#settings, body, scope, done, profile, message).start();
  }

  /** `execute` as a promise. */
  send(body: string, scope: SubgraphScope, profile = unknownFetch): Promise<SubgraphResponse> {
    return new Promise((resolve, reject) => {
      const done: Done = (error, response) => (error ? reject(error) : resolve(response as SubgraphResponse));
      this.execute(body, scope, done, profile);
    });
  }

  /** Subscribes to a stream of results; see SubscriptionTransport. */
  subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    if (!this.#isStarted) this.#start();
    return this.#subscriptions.subscribe(body, scope);
  }

  /** What operators see of it now. */
  state(): SubgraphState {
    const now = performance.now();
    const { breaker, bulkhead, retries } = this.#settings;
    return {
      subgraph: this.name,
      balance: this.#resilience.balance,
      isPanicking: this.#upstreams.isPanicking,
      breaker: breaker && { state: breaker.state, openFor: Math.round(breaker.openFor(now)) },
      retriesLeft: retries.left(now),
      concurrency: bulkhead.state,
      addresses: this.#upstreams.states(now),
    };
  }

  /** Ends all connections; requests still running fail. */
  async close(): Promise<void> {
    this.#source.close();
    this.#checks.close();
    this.#settings.waiting?.close();
    this.#settings.bulkhead.close();
    const destroyed = this.#upstreams.destroy();
    await Promise.all([destroyed, this.#subscriptions.close()]);
  }

  /** With the first request: commands open clients that send none. */
  #start(): void {
    this.#isStarted = true;
    this.#checks.start();
    this.#source.start(
      (addresses) => {
        this.#addressProblem = null;
        const byKey = new Map(addresses.map((address) => [keyOf(address), address]));
        const open = (key: string) => this.#open(byKey.get(key) as SourceAddress);
        this.#upstreams.replace([...byKey.keys()], open, performance.now());
      },
      (problem) => this.#warnOfAddresses(problem),
    );
  }

  /** Once for the same problem: they are read again every few seconds. */
  #warnOfAddresses(problem: string): void {
    if (problem === this.#addressProblem) return;
    this.#addressProblem = problem;
    this.#warn({ problem }, 'addresses cannot be read: the last ones stay');
  }

  #warn(fields: object, message: string): void {
    this.#log?.warn({ subgraph: this.name, ...fields }, message);
  }

  #openBreaker(options: NonNullable<Resilience['breaker']>, series: SubgraphClientOptions['series']): Breaker {
    series?.breaker('closed');
    return new Breaker(options, (state) => {
      series?.breaker(state);
      if (state === 'open') this.#settings.bulkhead.rejectQueued(circuitOpen(this.name));
      this.#warn({ state }, 'circuit breaker');
    });
  }
}
