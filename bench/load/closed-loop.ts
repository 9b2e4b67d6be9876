// Closed loop: a fixed number of keep-alive connections, each sending its next request when it has the whole response
// to its last. Raw sockets and ready-made request bytes, because it shares its core with the subgraphs.

import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { ResponseReader } from './responses.ts';

export type Load = {
  port: number;
  /** Requests as they go over the wire, with the expected body of each response; taken in turn by all connections. */
  exchanges: readonly { request: Buffer; expected: Buffer }[];
  /** The exchange to begin with, so that a further load can go on where one ended. */
  first: number;
  connections: number;
  /** Milliseconds before and of the measurement. */
  warmUp: number;
  duration: number;
};

export type Measured = {
  /** Responses within the measurement. */
  requests: number;
  /** All responses: in the warm-up, in the measurement, and those under way at its end. */
  received: number;
  /** Milliseconds from the first connection to the last response. */
  elapsed: number;
  failures: number;
  /** The first failure, as a message. */
  failure?: string;
  /** Milliseconds that were really measured. */
  duration: number;
  requestsPerSecond: number;
  /** Milliseconds. */
  latency: { p50: number; p90: number; p99: number; max: number };
};

// How long to wait at the end for what is still under way.
const patience = 10_000;

/**
 * Runs the load once, waits for the responses under way at its end, and resolves with what it measured; failures (also
 * outside the measurement) are counted, not thrown.
 */
export function runLoad(load: Load): Promise<Measured> {
  return new Promise((resolve) => {
    const openedAt = performance.now();
    const latencies: number[] = [];
    const sockets = new Set<Socket>();
    let received = 0;
    let waiting = 0;
    let failures = 0;
    let failure: string | undefined;
    let turn = load.first;
    let measuring = false;
    let over = false;
    let duration = 0;

    function fail(words: string): void {
      failures++;
      failure ??= words;
    }

    function open(): void {
      const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
      let reader: ResponseReader | undefined;
      let sentAt = 0;

      function send(): void {
        const exchange = load.exchanges[turn++ % load.exchanges.length]!;
        reader = new ResponseReader(exchange.expected);
        waiting++;
        sentAt = performance.now();
        socket.write(exchange.request);
      }

      sockets.add(socket);
      socket.on('connect', () => over || send());
      socket.on('data', (bytes) => {
        const outcome = reader?.read(bytes as Buffer);
        if (!outcome) return;
        reader = undefined;
        waiting--;
        received++;
        if (!outcome.ok) fail(`status ${outcome.status} and ${outcome.length} bytes instead of the expected response`);
        else if (measuring) latencies.push(performance.now() - sentAt);
        if (over) {
          if (waiting === 0) finish();
        } else if (outcome.close) socket.end();
        else send();
      });
      socket.on('error', (error) => fail(error.message));
      socket.on('close', () => {
        sockets.delete(socket);
        if (reader) {
          waiting--;
          if (!socket.errored) fail('the connection was closed before the response was complete');
        }
        if (over) return;
        // A server that refuses connections would be called thousands of times a second without the pause.
        setTimeout(() => over || open(), 20);
      });
    }

    function finish(): void {
      clearTimeout(deadline);
      if (waiting > 0) fail(`${waiting} requests had no response within ${patience / 1000} s`);
      // From here on a reset connection is no failure any more.
      for (const socket of sockets)
        socket
          .removeAllListeners('error')
          .on('error', () => {})
          .destroy();
      const elapsed = performance.now() - openedAt;
      resolve({
        ...summary(latencies, duration),
        received,
        elapsed,
        failures,
        ...(failure === undefined ? {} : { failure }),
      });
    }
    let deadline: NodeJS.Timeout | undefined;

    for (let index = 0; index < load.connections; index++) open();
    setTimeout(() => {
      const startedAt = performance.now();
      measuring = true;
      setTimeout(() => {
        over = true;
        measuring = false;
        duration = performance.now() - startedAt;
        deadline = setTimeout(finish, patience);
        if (waiting === 0) finish();
      }, load.duration);
    }, load.warmUp);
  });
}

function summary(
  latencies: readonly number[],
  duration: number,
): Pick<Measured, 'requests' | 'duration' | 'requestsPerSecond' | 'latency'> {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    requests: sorted.length,
    duration,
    requestsPerSecond: (sorted.length * 1000) / duration,
    latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sorted.at(-1) ?? 0 },
  };
}
