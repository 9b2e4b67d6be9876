// Bursts: a load on two gateways in turn, so many requests on the one, then as many on the other, a few hundredths of a
// second each. Whatever else the machine does meanwhile happens to both.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { ResponseReader } from './responses.ts';

export type Target = {
  port: number;
  /** The request as it goes over the wire, and the expected body of its response. */
  request: Buffer;
  expected: Buffer;
};

export type Bursts = {
  targets: readonly Target[];
  /** Keep-alive connections to each. */
  connections: number;
  /** Requests of one burst. */
  burst: number;
  /** Milliseconds after which no further turn begins. */
  duration: number;
};

/** Resolves with the number of responses of each of the targets, as many each; rejects at the first wrong response. */
export async function runBursts({ targets, connections, burst, duration }: Bursts): Promise<number> {
  const opened = targets.map((target) => ({ target, sockets: openAll(target.port, connections) }));
  const pools = await Promise.all(
    opened.map(async ({ target, sockets }) => ({ target, sockets: await Promise.all(sockets) })),
  );
  const end = performance.now() + duration;
  let turns = 0;
  do {
    for (const { target, sockets } of pools) await runBurst(target, sockets, burst);
    turns++;
  } while (performance.now() < end);
  for (const { sockets } of pools) for (const socket of sockets) socket.destroy();
  return turns * burst;
}

function openAll(port: number, connections: number): Promise<Socket>[] {
  return Array.from({ length: connections }, async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return socket;
  });
}

/**
 * Every connection sends its next request when it has the response to its last, until the burst's requests are sent.
 */
function runBurst({ request, expected }: Target, sockets: readonly Socket[], requests: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let received = 0;

    function settle(error?: Error): void {
      for (const socket of sockets) socket.removeAllListeners();
      if (error) reject(error);
      else resolve();
    }

    for (const socket of sockets) {
      let reader = new ResponseReader(expected);
      const send = () => {
        if (sent === requests) return;
        sent++;
        reader = new ResponseReader(expected);
        socket.write(request);
      };
      socket.on('data', (bytes) => {
        const outcome = reader.read(bytes as Buffer);
        if (!outcome) return;
        received++;
        if (!outcome.ok)
          settle(new Error(`status ${outcome.status} and ${outcome.length} bytes, not the expected response`));
        else if (received === requests) settle();
        else send();
      });
      socket.on('error', settle);
      socket.on('close', () => settle(new Error('the gateway closed a connection')));
      send();
    }
  });
}
