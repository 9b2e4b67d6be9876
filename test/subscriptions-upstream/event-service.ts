// A service with event streams, which does what a test lets it do. It can be stopped, with all its connections cut, and
// started again at the same port.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface ReceivedStream {
  query: string;
  variables: Record<string, unknown> | undefined;
  headers: IncomingMessage['headers'];
  next(data: unknown, id?: string): void;
  complete(): void;
  /** Cuts the connection. */
  cut(): void;
  /** Resolves when the connection has closed. */
  over: Promise<unknown>;
}

export class EventService {
  readonly subscriptions: ReceivedStream[] = [];
  /** Response in place of a stream; null for streams. */
  rejection: { status: number; body: object } | null = null;
  /** Whether it starts no stream. */
  isSilent = false;
  readonly #first = Promise.withResolvers<{ over: Promise<unknown> }>();
  /** Resolves with the first request. */
  readonly firstConnection = this.#first.promise;
  readonly #events = new EventEmitter();
  #server: Server | null = null;
  #port = 0;

  static async start(): Promise<EventService> {
    const service = new EventService();
    await service.listen();
    onTestFinished(() => service.cut());
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`;
  }

  /** Starts at the port that it had before. */
  async listen(): Promise<void> {
    const server = createServer(async (request, response) => {
      const { query, variables } = JSON.parse(await text(request));
      const over = once(response, 'close');
      this.#first.resolve({ over });
      if (this.isSilent) return;
      if (this.rejection) {
        response.writeHead(this.rejection.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(this.rejection.body));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      this.subscriptions.push({
        ...{ query, variables, over, headers: request.headers },
        next: (data, id) => {
          response.write(`${id === undefined ? '' : `id: ${id}\n`}event: next\ndata: ${JSON.stringify({ data })}\n\n`);
        },
        complete: () => void response.end('event: complete\ndata:\n\n'),
        cut: () => void response.socket?.destroy(),
      });
      this.#events.emit('subscription');
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
    server.closeAllConnections();
    await closed;
  }

  /** Resolves with the subscription of this number, from 0, past or coming. */
  async subscription(index: number): Promise<ReceivedStream> {
    while (this.subscriptions.length <= index) await once(this.#events, 'subscription');
    return this.subscriptions[index] as ReceivedStream;
  }
}
