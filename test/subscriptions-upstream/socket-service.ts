// A service with graphql-transport-ws on a real WebSocket server, which does what a test lets it do. It can be stopped,
// with all its sockets cut, and started again at the same port.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

/** A subscription that the gateway has begun. */
export interface ReceivedSubscription {
  query: string;
  variables: Record<string, unknown> | undefined;
  socket: ServiceSocket;
  next(data: unknown): void;
  error(errors: unknown): void;
  complete(): void;
  /** Whether the gateway has ended it, or its socket has closed; resolves when it is over. */
  over: Promise<'complete' | 'closed'>;
}

export interface ServiceSocket {
  headers: IncomingMessage['headers'];
  path: string | undefined;
  /** Payload of `connection_init`. */
  params: unknown;
  webSocket: WebSocket;
}

export interface SocketServiceOptions {
  /** Default: acknowledges. */
  onInit?(webSocket: WebSocket): void;
  tls?: { key: string; cert: string };
  /** Rejects the handshake with this status; 0 does not. */
  status?: number;
}

export class SocketService {
  readonly sockets: ServiceSocket[] = [];
  readonly subscriptions: ReceivedSubscription[] = [];
  /** Whether it acknowledges no socket. */
  isSilent = false;
  readonly #first = Promise.withResolvers<{ over: Promise<unknown> }>();
  /** Resolves with the first socket. */
  readonly firstConnection = this.#first.promise;
  readonly #options: SocketServiceOptions;
  readonly #events = new EventEmitter();
  #server: Server | null = null;
  #port = 0;

  private constructor(options: SocketServiceOptions) {
    this.#options = options;
  }

  static async start(options: SocketServiceOptions = {}): Promise<SocketService> {
    const service = new SocketService(options);
    await service.listen();
    onTestFinished(() => service.cut());
    return service;
  }

  get url(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.#port}/graphql`;
  }

  /** Starts at the port that it had before. */
  async listen(): Promise<void> {
    const { tls, status = 0 } = this.#options;
    const server = tls ? createTlsServer(tls) : createServer();
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' });
    server.on('upgrade', (request, socket, head) => {
      if (status > 0) socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      else sockets.handleUpgrade(request, socket, head, (webSocket) => this.#connect(webSocket, request));
    });
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops listening, and cuts all connections as they are. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const { webSocket } of this.sockets) webSocket.terminate();
    server.closeAllConnections();
    await closed;
  }

  /** Resolves with the subscription of this number, from 0, past or coming. */
  async subscription(index: number): Promise<ReceivedSubscription> {
    while (this.subscriptions.length <= index) await once(this.#events, 'subscription');
    return this.subscriptions[index] as ReceivedSubscription;
  }

  #connect(webSocket: WebSocket, request: IncomingMessage): void {
    const socket: ServiceSocket = { headers: request.headers, path: request.url, params: undefined, webSocket };
    this.sockets.push(socket);
    const ended = new EventEmitter().setMaxListeners(0);
    webSocket.on('close', () => ended.emit('closed'));
    webSocket.on('error', () => {});
    this.#first.resolve({ over: once(webSocket, 'close') });
    webSocket.on('message', (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      if (type === 'connection_init') {
        socket.params = payload;
        if (this.#options.onInit) this.#options.onInit(webSocket);
        else if (!this.isSilent) webSocket.send('{"type":"connection_ack"}');
      } else if (type === 'complete') ended.emit(id);
      else if (type === 'subscribe') this.#subscribe(socket, id, payload, ended);
    });
  }

  #subscribe(
    socket: ServiceSocket,
    id: string,
    { query, variables }: { query: string; variables?: Record<string, unknown> },
    ended: EventEmitter,
  ): void {
    const send = (type: string, payload?: unknown) => socket.webSocket.send(JSON.stringify({ id, type, payload }));
    this.subscriptions.push({
      ...{ query, variables, socket },
      next: (data) => send('next', { data }),
      error: (errors) => send('error', errors),
      complete: () => send('complete'),
      over: Promise.race([
        once(ended, id).then(() => 'complete' as const),
        once(ended, 'closed').then(() => 'closed' as const),
      ]),
    });
    this.#events.emit('subscription');
  }
}
