// Open loop: requests at a constant rate, each at its time, whatever has become of those before. A request that finds no idle
// connection opens one. Latencies count from the time at which the request was to be sent, so that a load that is held up by
// what it measures does not hide it (coordinated omission).

import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { ResponseReader } from './responses.ts';

export type OpenLoop = {
  port: number;
  /** `expected` is the body of a success; what is not safe is never sent twice. */
  operations: readonly { request: Buffer; expected: Buffer; isSafe: boolean }[];
  phases: readonly Phase[];
  /** Milliseconds after which a client gives up. */
  patience: number;
  maxConnections: number;
};

/** They follow one another. `rates` are requests per second, by operation. */
export type Phase = { seconds: number; rates: readonly number[] };

/** What became of a request: status 200 with the expected body, status 503 or 429, anything else, or no response in time. */
export const outcomes = ['succeeded', 'rejected', 'failed', 'abandoned'] as const;
export type Outcome = (typeof outcomes)[number];

/** Of each request, one after the other: the operation, milliseconds from the start and of its duration, and the outcome. */
export type Samples = Float64Array;
export const sampleSize = 4;

type Request = {
  operation: number;
  at: number;
  isSettled: boolean;
  isRepeated: boolean;
  socket: Socket | undefined;
};

/** Resolves when every request has an outcome. */
export function runOpenLoop(load: OpenLoop, onStart: () => void = () => {}): Promise<Samples> {
  const { promise, resolve } = Promise.withResolvers<Samples>();
  const planned = plan(load.phases);
  const samples = new Float64Array(planned.length * sampleSize);
  const idle: Connection[] = [];
  const waiting: Request[] = [];
  const unsettled: Request[] = [];
  const open = new Set<Connection>();
  let next = 0;
  let settled = 0;
  const started = performance.now();

  function settle(request: Request, outcome: Outcome): void {
    if (request.isSettled) return;
    request.isSettled = true;
    const duration = performance.now() - started - request.at;
    samples.set([request.operation, request.at, duration, outcomes.indexOf(outcome)], settled * sampleSize);
    settled += 1;
    if (settled < planned.length) return;
    clearTimeout(timer);
    for (const { socket } of open) socket.destroy();
    resolve(samples);
  }

  class Connection {
    readonly socket: Socket;
    request: Request | undefined;
    #reader: ResponseReader | undefined;
    #isReused = false;

    constructor() {
      this.socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
      this.socket.on('data', (bytes) => this.#read(bytes as Buffer));
      this.socket.on('error', () => this.socket.destroy());
      this.socket.on('close', () => this.#closed());
      open.add(this);
    }

    send(request: Request): void {
      const { request: bytes, expected } = load.operations[request.operation]!;
      this.request = request;
      request.socket = this.socket;
      this.#reader = new ResponseReader(expected);
      this.socket.write(bytes);
    }

    #read(bytes: Buffer): void {
      const outcome = this.#reader?.read(bytes);
      if (!outcome || !this.request) return;
      const { ok, status, close } = outcome;
      settle(this.request, ok ? 'succeeded' : status === 503 || status === 429 ? 'rejected' : 'failed');
      this.request = undefined;
      this.#isReused = true;
      if (close) {
        this.socket.destroy();
        return;
      }
      const request = nextWaiting();
      if (request) this.send(request);
      else idle.push(this);
    }

    #closed(): void {
      open.delete(this);
      const { request } = this;
      this.request = undefined;
      const index = idle.indexOf(this);
      if (index >= 0) idle.splice(index, 1);
      if (!request || request.isSettled) return;
      // A server may close an idle connection in the moment in which it is used again: clients send a query once more.
      const isStale = this.#isReused && this.socket.bytesRead > 0 && !request.isRepeated;
      if (isStale && load.operations[request.operation]!.isSafe) {
        request.isRepeated = true;
        new Connection().send(request);
      } else settle(request, 'failed');
    }
  }

  function nextWaiting(): Request | undefined {
    for (let request = waiting.shift(); request; request = waiting.shift()) if (!request.isSettled) return request;
    return undefined;
  }

  function send(request: Request): void {
    const connection = idle.pop() ?? (open.size < load.maxConnections ? new Connection() : undefined);
    if (connection) connection.send(request);
    else waiting.push(request);
  }

  function turn(): void {
    const now = performance.now() - started;
    for (; next < planned.length && planned[next]!.at <= now; next += 1) {
      const request = { ...planned[next]!, isSettled: false, isRepeated: false, socket: undefined };
      unsettled.push(request);
      send(request);
    }
    let settledFirst = 0;
    for (const request of unsettled) {
      if (!request.isSettled && now - request.at < load.patience) break;
      if (!request.isSettled) request.socket?.destroy();
      settle(request, 'abandoned');
      settledFirst += 1;
    }
    unsettled.splice(0, settledFirst);
    if (settled < planned.length) timer = setTimeout(turn, 1);
  }

  let timer = setTimeout(turn, 0);
  onStart();
  return promise;
}

/** The times in milliseconds from the start, in order. */
function plan(phases: readonly Phase[]): { operation: number; at: number }[] {
  const planned: { operation: number; at: number }[] = [];
  let start = 0;
  for (const { seconds, rates } of phases) {
    for (const [operation, rate] of rates.entries()) {
      const count = Math.round(rate * seconds);
      // Operations of the same rate are not sent at the same moments.
      const offset = operation / rates.length;
      for (let index = 0; index < count; index += 1) {
        planned.push({ operation, at: start + ((index + offset) * 1000) / rate });
      }
    }
    start += seconds * 1000;
  }
  return planned.sort((one, other) => one.at - other.at);
}
