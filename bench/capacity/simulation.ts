// A simulation of workers: each is an event loop, which does one thing at a time. A request takes processor time in parts,
// and waits for services in between, which takes none. Requests arrive at random (Poisson), and are distributed in turn or
// at random; instances may fail for some time.
import { randomNumbers } from '../../test/differential/random.ts';

/** A kind of query. */
export interface Kind {
  /** Of all requests, from 0 to 1; those of all kinds add up to 1. */
  share: number;
  /** Milliseconds of processor time of a worker. */
  processor: number;
  /** Milliseconds of each round of requests to services, one after the other. */
  rounds: readonly number[];
}

export interface Failure {
  /** Index of the worker. */
  worker: number;
  /** Seconds. */
  from: number;
  until: number;
  /** Seconds after which no further requests are sent to it; until then they fail. */
  noticedAfter: number;
}

export interface Simulation {
  kinds: readonly Kind[];
  workers: number;
  /** Requests per second, to all workers together. */
  rate: number;
  /** Seconds. */
  duration: number;
  /** Seconds at the beginning that do not count. */
  warmUp?: number;
  /** Whether requests arrive at random, or at equal distances. Default: `random`. */
  arrivals?: 'random' | 'equal';
  /** How connections are distributed. Default: `inTurn`, as the supervisor and most balancers do. */
  distribution?: 'inTurn' | 'random';
  failures?: readonly Failure[];
  seed?: number;
}

export interface Simulated {
  requests: number;
  failed: number;
  /** Milliseconds from the arrival to the response. */
  p50: number;
  p99: number;
  /** Share of its time in which the busiest worker, and all of them on average, did something. */
  busiest: number;
  busy: number;
}

interface Event {
  /** Seconds. */
  at: number;
  request: Request;
}

interface Request {
  kind: Kind;
  arrived: number;
  worker: Worker;
  /** Parts of processor time that are done. */
  done: number;
}

interface Worker {
  index: number;
  /** Time until which it is busy. */
  free: number;
  busy: number;
}

/** Takes time and memory in proportion to `rate` × `duration`. */
export function simulate(simulation: Simulation): Simulated {
  const { kinds, rate, duration, warmUp = 0, distribution = 'inTurn', failures = [], seed = 1 } = simulation;
  const isEqual = simulation.arrivals === 'equal';
  const random = randomNumbers(seed);
  const workers = Array.from({ length: simulation.workers }, (_, index): Worker => ({ index, free: 0, busy: 0 }));
  const events = new EventQueue();
  const latencies: number[] = [];
  let failed = 0;
  let turn = 0;
  let arrival = 0;
  let requests = 0;

  const isDown = (worker: Worker, at: number) =>
    failures.some((failure) => failure.worker === worker.index && at >= failure.from && at < failure.until);
  const isPassedOver = (worker: Worker, at: number) =>
    failures.some(
      ({ worker: index, from, until, noticedAfter }) =>
        index === worker.index && at >= from + noticedAfter && at < until,
    );
  const next = (at: number): Worker | undefined => {
    const available = workers.filter((worker) => !isPassedOver(worker, at));
    if (available.length === 0) return undefined;
    const index = distribution === 'random' ? Math.floor(random() * available.length) : turn++ % available.length;
    return available[index];
  };
  const kindOf = (): Kind => {
    let left = random();
    for (const kind of kinds) {
      left -= kind.share;
      if (left < 0) return kind;
    }
    return kinds.at(-1) as Kind;
  };

  for (;;) {
    arrival += (isEqual ? 1 : -Math.log(1 - random())) / rate;
    // What happens before the next arrival.
    for (let event = events.peek(); event && event.at <= Math.min(arrival, duration); event = events.peek()) {
      events.pop();
      run(event);
    }
    if (arrival >= duration) break;
    const worker = next(arrival);
    if (arrival >= warmUp) requests += 1;
    if (!worker || isDown(worker, arrival)) {
      if (arrival >= warmUp) failed += 1;
      continue;
    }
    run({ at: arrival, request: { kind: kindOf(), arrived: arrival, worker, done: 0 } });
  }
  for (let event = events.pop(); event; event = events.pop()) run(event);

  latencies.sort((one, other) => one - other);
  const shares = workers.map(({ busy }) => busy / (duration - warmUp));
  return {
    ...{ requests, failed, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    busiest: Math.max(...shares),
    busy: shares.reduce((sum, share) => sum + share, 0) / shares.length,
  };

  /** One part of a request: the worker does it when it is free, in the order of arrival. */
  function run({ at, request }: Event): void {
    const { kind, worker } = request;
    if (isDown(worker, at)) {
      if (request.arrived >= warmUp) failed += 1;
      return;
    }
    const part = kind.processor / 1000 / (kind.rounds.length + 1);
    const begin = Math.max(at, worker.free);
    worker.free = begin + part;
    if (begin >= warmUp && begin < duration) worker.busy += part;
    const wait = kind.rounds[request.done];
    request.done += 1;
    if (wait !== undefined) events.push({ at: worker.free + wait / 1000, request });
    else if (request.arrived >= warmUp) latencies.push((worker.free - request.arrived) * 1000);
  }
}

/** Of sorted values; 0 where there are none. */
function percentile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}

/** A binary heap: the earliest event first. */
class EventQueue {
  readonly #heap: Event[] = [];

  peek(): Event | undefined {
    return this.#heap[0];
  }

  push(event: Event): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((heap[parent] as Event).at <= event.at) break;
      heap[index] = heap[parent] as Event;
      index = parent;
    }
    heap[index] = event;
  }

  pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Event).at < (heap[child] as Event).at) child += 1;
      if ((heap[child] as Event).at >= last.at) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
