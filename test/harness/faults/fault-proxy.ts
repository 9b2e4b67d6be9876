// Fault proxy: TCP between the gateway and a service, with the faults of a network and of processes that die.
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket, type Server, type Socket } from 'node:net';

export interface Faults {
  /** Milliseconds before each chunk of a response. */
  latency?: number;
  /** Bytes of the next response after which its connection is reset. */
  cutAfter?: number;
  /** Whether connections are reset as soon as a request arrives on them. */
  resets?: boolean;
  /** Whether requests disappear: nothing is sent on, and nothing comes back. */
  isBlackHole?: boolean;
  /** Whether the end of a service's connection is held back, as by a router that has lost it. */
  isHalfOpen?: boolean;
  /** Milliseconds after a response at which its connection ends, if it is idle; a random part of it. */
  idle?: number;
}

interface Pair {
  client: Socket;
  service: Socket;
  idleTimer?: NodeJS.Timeout | undefined;
}

export class FaultProxy {
  /** To be changed at any time; what runs is concerned as well. */
  faults: Faults = {};
  /** Connections that were accepted. */
  accepted = 0;
  readonly #port: number;
  readonly #pairs = new Set<Pair>();
  readonly #server: Server;

  private constructor(url: string) {
    this.#port = Number(new URL(url).port);
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free port. @param url of the service. */
  static async start(url: string, faults: Faults = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(url);
    proxy.faults = faults;
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/graphql`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Resets all connections, as a process that is killed does. */
  resetAll(): void {
    for (const { client, service } of this.#pairs) {
      client.resetAndDestroy();
      service.destroy();
    }
  }

  /** Stops listening, and resets all connections. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.resetAll();
    await closed;
  }

  #accept(client: Socket): void {
    this.accepted += 1;
    const service = openSocket(this.#port, '127.0.0.1');
    const pair: Pair = { client, service };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    client.on('data', (chunk) => this.#forward(pair, chunk));
    service.on('data', (chunk) => this.#respond(pair, chunk));
    service.on('end', () => {
      if (!this.faults.isHalfOpen) client.end();
    });
    for (const socket of [client, service]) {
      // What it ends with is of no concern: the other side is ended as well.
      socket.on('error', () => {});
      socket.on('close', () => this.#end(pair, socket));
    }
  }

  #end(pair: Pair, closed: Socket): void {
    this.#pairs.delete(pair);
    clearTimeout(pair.idleTimer);
    if (closed === pair.client) pair.service.destroy();
    else if (!this.faults.isHalfOpen) pair.client.destroy();
  }

  #forward(pair: Pair, chunk: Buffer): void {
    clearTimeout(pair.idleTimer);
    if (this.faults.isBlackHole) return;
    if (this.faults.resets) {
      pair.client.resetAndDestroy();
      return;
    }
    pair.service.write(chunk);
  }

  #respond(pair: Pair, chunk: Buffer): void {
    const { latency, cutAfter, idle, isBlackHole } = this.faults;
    if (isBlackHole) return;
    const { client } = pair;
    if (cutAfter !== undefined) {
      delete this.faults.cutAfter;
      client.write(chunk.subarray(0, cutAfter), () => client.resetAndDestroy());
      return;
    }
    const send = () => {
      client.write(chunk);
      if (idle !== undefined) pair.idleTimer = setTimeout(() => client.end(), Math.random() * idle);
    };
    if (latency === undefined) send();
    else setTimeout(send, latency);
  }
}
