// Fault proxy: TCP between the gateway and a service, with the faults of a network and of processes that die.
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket, type Server, type Socket } from 'node:net';

export interface Faults {
  /** Milliseconds before each chunk of a response. */
  latency?: number;
  /** Further milliseconds, a random part of them; chunks stay in order. */
  jitter?: number;
  /** Bytes of responses in a second. */
  bandwidth?: number;
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

/**
 * What has happened to a request. `lost`: it was written to a connection whose end had been held back. `closed`: the
 * connection was ended after a part of its response, or after all of it.
 */
export type FaultKind = 'cut' | 'reset' | 'blackHole' | 'lost' | 'late' | 'refused' | 'closed';

export interface FaultOptions {
  /** Makes the faults of one exchange, in place of `faults`. @param request its `x-request-id`. */
  plan?(request: string): Faults;
  /** Called for each fault at the moment when it happens. @param request `x-request-id` of the exchange; empty without. */
  onFault?(kind: FaultKind, request: string): void;
  /** Called for each step of an exchange that passes, for reports. @param request as of `onFault`. */
  onStep?(step: 'sent on' | 'has responded' | 'response sent on', request: string): void;
}

interface Pair {
  client: Socket;
  service: Socket;
  /** `x-request-id` of the latest exchange. */
  request: string;
  /** Those of the latest exchange, where they were made for it. */
  faults: Faults | undefined;
  /** Whether a request has been sent on, and no response to it has arrived. */
  isWaiting: boolean;
  /** Whether the service's end of it has gone without notice. */
  isLost: boolean;
  /** Whether its end is on the way to the client. */
  isEnded: boolean;
  /** Bytes of the response that still pass; undefined where all do. */
  bytesLeft: number | undefined;
  /** Whether its reset is on the way: nothing passes any more. */
  isCut: boolean;
  /** What comes after its time to the client, in order. */
  queue: (() => void)[];
  /** Time of the last of them. */
  freeAt: number;
  idleTimer?: NodeJS.Timeout | undefined;
  /** Runs while the service has a request that it has not responded to. */
  lateTimer?: NodeJS.Timeout | undefined;
}

type Target = { port: number; host: string } | { path: string };

/** Milliseconds after which a response of the service is late. */
const RESPONSE_TIME = 500;

const requestId = /\r\nx-request-id: ?([^\r]*)/i;

export class FaultProxy {
  /** To be changed at any time; what runs is concerned as well. */
  faults: Faults = {};
  /** Connections that were accepted. */
  accepted = 0;
  /** Chunks that clients have sent. */
  received = 0;
  readonly #target: Target;
  readonly #options: FaultOptions;
  readonly #pairs = new Set<Pair>();
  readonly #server: Server;

  private constructor(target: Target, options: FaultOptions) {
    this.#target = target;
    this.#options = options;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free port. @param service its URL, or the path of its Unix socket. */
  static async start(service: string, faults: Faults = {}, options: FaultOptions = {}): Promise<FaultProxy> {
    const target: Target = service.startsWith('/')
      ? { path: service }
      : { port: Number(new URL(service).port), host: '127.0.0.1' };
    const proxy = new FaultProxy(target, options);
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
    const service = openSocket(this.#target);
    const pair: Pair = {
      ...{ client, service, request: '', faults: undefined, isWaiting: false, isLost: false, bytesLeft: undefined },
      ...{ isCut: false, isEnded: false, queue: [], freeAt: 0 },
    };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    client.on('data', (chunk) => this.#forward(pair, chunk));
    service.on('data', (chunk) => this.#respond(pair, chunk));
    service.on('end', () => this.#lose(pair));
    // What they end with is of no concern: the other side is ended as well.
    client.on('error', () => {});
    service.on('error', () => {
      if (service.connecting || service.bytesRead === 0) this.#happened(pair, 'refused');
    });
    client.on('close', () => {
      this.#pairs.delete(pair);
      clearTimeout(pair.idleTimer);
      clearTimeout(pair.lateTimer);
      service.destroy();
    });
    service.on('close', () => this.#lose(pair));
  }

  /** The service has ended the connection. */
  #lose(pair: Pair): void {
    if (pair.isEnded || pair.isLost) return;
    if (this.#faultsOf(pair).isHalfOpen) {
      pair.isLost = true;
      if (pair.isWaiting) this.#happened(pair, 'lost');
    } else {
      this.#finish(pair);
    }
  }

  /** Ends the connection after what is on the way. A request may come on it in the same moment. */
  #finish(pair: Pair): void {
    pair.isEnded = true;
    this.#later(pair, 0, () => {
      this.#happened(pair, 'closed');
      pair.client.end();
    });
  }

  #faultsOf(pair: Pair): Faults {
    return pair.faults ?? this.faults;
  }

  #happened({ request }: Pair, kind: FaultKind): void {
    this.#options.onFault?.(kind, request);
  }

  #forward(pair: Pair, chunk: Buffer): void {
    this.received += 1;
    clearTimeout(pair.idleTimer);
    if (!pair.isWaiting) this.#begin(pair, chunk);
    const { isBlackHole, resets } = this.#faultsOf(pair);
    if (pair.isEnded) {
      this.#happened(pair, 'closed');
    } else if (isBlackHole || pair.isLost) {
      this.#happened(pair, pair.isLost ? 'lost' : 'blackHole');
    } else if (resets) {
      this.#happened(pair, 'reset');
      pair.client.resetAndDestroy();
    } else {
      this.#options.onStep?.('sent on', pair.request);
      pair.service.write(chunk);
      // On a busy machine a connection to the service, or its response, may take as long as some requests may.
      clearTimeout(pair.lateTimer);
      pair.lateTimer = setTimeout(() => this.#happened(pair, 'late'), RESPONSE_TIME);
    }
  }

  #begin(pair: Pair, chunk: Buffer): void {
    pair.isWaiting = true;
    pair.bytesLeft = undefined;
    const { plan } = this.#options;
    if (!plan) return;
    pair.request = requestId.exec(chunk.toString('latin1'))?.[1] ?? '';
    pair.faults = plan(pair.request);
  }

  #respond(pair: Pair, chunk: Buffer): void {
    const faults = this.#faultsOf(pair);
    const { request } = pair;
    clearTimeout(pair.lateTimer);
    this.#options.onStep?.('has responded', request);
    if (faults.isBlackHole || pair.isCut) return;
    if (faults.cutAfter !== undefined) {
      pair.bytesLeft = faults.cutAfter;
      delete faults.cutAfter;
    }
    pair.isWaiting = false;
    const { latency = 0, jitter = 0, bandwidth, idle } = faults;
    const { client } = pair;
    const wait = latency + Math.random() * jitter;
    const time = bandwidth === undefined ? 0 : (chunk.length * 1000) / bandwidth;
    if (wait + time > 0) this.#happened(pair, 'late');
    if (pair.bytesLeft !== undefined && pair.bytesLeft <= chunk.length) {
      const last = chunk.subarray(0, pair.bytesLeft);
      pair.isCut = true;
      this.#later(pair, wait, () => {
        this.#happened(pair, 'cut');
        client.write(last, () => client.resetAndDestroy());
      });
      return;
    }
    if (pair.bytesLeft !== undefined) pair.bytesLeft -= chunk.length;
    const pass = () => {
      this.#options.onStep?.('response sent on', request);
      client.write(chunk);
    };
    this.#later(pair, wait, pass, time);
    if (idle !== undefined) {
      this.#later(pair, 0, () => {
        clearTimeout(pair.idleTimer);
        pair.idleTimer = setTimeout(() => {
          this.#finish(pair);
        }, Math.random() * idle);
      });
    }
  }

  /**
   * Acts after what comes before it on the way to the client.
   * @param wait milliseconds from now. @param time milliseconds for which nothing else is on the way.
   */
  #later(pair: Pair, wait: number, act: () => void, time = 0): void {
    const now = performance.now();
    pair.freeAt = Math.max(pair.freeAt, now + wait) + time;
    const left = pair.freeAt - now;
    if (left <= 0 && pair.queue.length === 0) {
      act();
      return;
    }
    pair.queue.push(act);
    // Each timer takes the first one: timers of the same moment are in no order.
    setTimeout(() => pair.queue.shift()?.(), Math.max(0, left));
  }
}
