// Bulkhead of a subgraph: the one bound of its requests in flight. Requests beyond it wait in a bounded queue, for a
// bounded time. Its places, and those of the queue, are shared by flows with dynamic thresholds (Choudhury and Hahne,
// 1998): a flow may have three times what is free, so that one flow alone gets three quarters, and there is a place
// for a flow that comes.
import type { SubgraphSeries } from '../telemetry/metrics/subgraph-metrics.ts';
import { interruptedRequest, OutOfTime } from './deadline.ts';
import type { FetchProfile } from './fetch-profile.ts';
import { Flow, type FlowRequest, flowKey, type QueuedRequest } from './flow.ts';
import { SubgraphError } from './subgraph-error.ts';

export interface BulkheadOptions {
  /** Maximum number of requests in flight. */
  concurrency: number;
  /** Maximum number of requests that wait. */
  maxQueue: number;
  /** Milliseconds that a request waits at most. */
  maxQueueTime: number;
}

/** State for operators. */
export interface BulkheadState {
  inFlight: number;
  queued: number;
  max: number;
}

/** How many times what is free a flow may have. */
const SHARE = 3;

/** Number of flows from which those without requests are forgotten. */
const MAX_FLOWS = 500;

export class Bulkhead {
  readonly #subgraph: string;
  readonly #options: BulkheadOptions;
  readonly #series: SubgraphSeries | undefined;
  readonly #flows = new Map<string, Flow>();
  /** Flows with requests that wait; those that had their turn last are at the end. */
  readonly #waiting = new Set<Flow>();
  #inFlight = 0;
  #queued = 0;
  #isAdmitting = false;

  constructor(subgraph: string, options: BulkheadOptions, series?: SubgraphSeries) {
    this.#subgraph = subgraph;
    this.#options = options;
    this.#series = series;
  }

  get state(): BulkheadState {
    return { inFlight: this.#inFlight, queued: this.#queued, max: this.#options.concurrency };
  }

  /** The flow of a fetch. */
  flowOf(profile: FetchProfile): Flow {
    const { flow } = profile;
    if (flow?.owner === this) return flow;
    const key = flowKey(profile.document);
    let own = this.#flows.get(key);
    if (!own) {
      if (this.#flows.size >= MAX_FLOWS) this.#forgetIdle();
      own = new Flow(this);
      this.#flows.set(key, own);
    }
    profile.flow = own;
    return own;
  }

  /** Begins a request, now or when there is a place for it, or fails it. `leave` is to be called at its end. */
  enter(request: FlowRequest, now: number): void {
    // While requests wait, none of them may have a place that is free.
    if (this.take(request.flow)) request.begin(now);
    else this.#enqueue(request, now);
  }

  /** Takes a place, if the flow may have one more. */
  take(flow: Flow): boolean {
    if (!this.#isEligible(flow)) return false;
    flow.inFlight += 1;
    this.#inFlight += 1;
    this.#series?.inFlight.add(1);
    return true;
  }

  /** Gives a place back. */
  leave(flow: Flow): void {
    flow.inFlight -= 1;
    this.#inFlight -= 1;
    this.#series?.inFlight.add(-1);
    if (this.#queued > 0) this.#admit();
  }

  /** Fails all requests that wait. */
  rejectQueued(error: Error): void {
    const now = performance.now();
    for (const flow of [...this.#waiting]) {
      for (const queued of [...flow.queue]) {
        if (this.#remove(queued)) queued.request.fail(error, now);
      }
    }
  }

  /** Fails what waits: connections are being closed. */
  close(): void {
    const detail = 'the gateway is closing its connections';
    this.rejectQueued(new SubgraphError(this.#subgraph, 'SUBGRAPH_UNAVAILABLE', detail));
  }

  #isEligible(flow: Flow): boolean {
    return flow.inFlight < SHARE * (this.#options.concurrency - this.#inFlight);
  }

  #enqueue(request: FlowRequest, now: number): void {
    const { flow, cancellation, ends } = request;
    const { maxQueue, maxQueueTime } = this.#options;
    if (flow.queue.size >= SHARE * (maxQueue - this.#queued)) {
      this.#series?.bulkheadRejected('full');
      request.fail(this.#overloaded(`${this.#queued} more wait (queue.max)`), now);
      return;
    }
    const cancel = () => this.#end(queued, interruptedRequest(cancellation, this.#subgraph));
    const left = ends - now;
    // Timers count from the beginning of the event loop's turn: they may fire before their time.
    const timer = setTimeout(
      () => this.#expire(queued, left <= maxQueueTime),
      Math.max(0, Math.min(maxQueueTime, left)),
    );
    const queued: QueuedRequest = { request, timer, cancel };
    cancellation.add(cancel);
    flow.queue.add(queued);
    this.#waiting.add(flow);
    this.#queued += 1;
    this.#series?.queued.add(1);
  }

  /** Begins requests that wait, as long as there are places for them. */
  #admit(): void {
    // A request that fails as it begins gives its place back at once.
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      for (let queued = this.#next(); queued; queued = this.#next()) {
        this.#remove(queued);
        this.take(queued.request.flow);
        queued.request.begin(performance.now());
      }
    } finally {
      this.#isAdmitting = false;
    }
  }

  /** The first of the flow that has the fewest places, if that may have one more; in turn among equals. */
  #next(): QueuedRequest | null {
    let next: Flow | null = null;
    for (const flow of this.#waiting) {
      if (flow.inFlight < (next?.inFlight ?? Number.POSITIVE_INFINITY)) next = flow;
    }
    if (!next || !this.#isEligible(next)) return null;
    const [queued = null] = next.queue;
    return queued;
  }

  #expire(queued: QueuedRequest, isOutOfTime: boolean): void {
    if (isOutOfTime) {
      this.#end(queued, new OutOfTime(this.#subgraph, 'the time for the request has passed before it could be sent'));
      return;
    }
    this.#series?.bulkheadRejected('time');
    this.#end(queued, this.#overloaded(`it has waited for ${this.#options.maxQueueTime} ms (queue.maxTime)`));
  }

  #end(queued: QueuedRequest, error: Error): void {
    if (this.#remove(queued)) queued.request.fail(error, performance.now());
  }

  /** @returns whether it was waiting. */
  #remove(queued: QueuedRequest): boolean {
    const { flow, cancellation } = queued.request;
    if (!flow.queue.delete(queued)) return false;
    clearTimeout(queued.timer);
    cancellation.remove(queued.cancel);
    this.#queued -= 1;
    this.#series?.queued.add(-1);
    this.#waiting.delete(flow);
    if (flow.queue.size > 0) this.#waiting.add(flow);
    return true;
  }

  #forgetIdle(): void {
    for (const [key, flow] of this.#flows) {
      if (flow.isIdle) this.#flows.delete(key);
    }
  }

  #overloaded(cause: string): SubgraphError {
    const { concurrency } = this.#options;
    const detail = `${this.#inFlight} requests are in flight (concurrency: ${concurrency}), and ${cause}`;
    return new SubgraphError(this.#subgraph, 'SUBGRAPH_OVERLOADED', detail);
  }
}
