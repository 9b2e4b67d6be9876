// Embedding: the gateway in a server of another framework, as a handler of the Fetch API, as a listener of node:http,
// and without any server in tests. All serve as the gateway's own server does, on the fast path too.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { rejectedResponse } from '../../errors.ts';
import { GuardedResponse, noSniff } from '../guarded-response.ts';
import { sendJson } from '../json-response.ts';
import type { RequestHandler } from '../request-handler.ts';
import { CapturedResponse } from './captured-response.ts';
import { type FrameworkRequest, messageFrom } from './framework-request.ts';
import { type InjectedRequest, type InjectedResponse, injectedParts, injectedResponse } from './inject.ts';
import { headersOf, Message, type MessageParts } from './message.ts';

export interface FetchOptions {
  /**
   * Address of the other end of the connection: the client, or a proxy in `trustedProxies`. Default: unknown, and all
   * callers are then counted as one by what counts addresses.
   */
  remoteAddress?: string | undefined;
}

export interface EmbeddingOptions {
  handler: Pick<RequestHandler, 'acceptsWebSockets' | 'serve' | 'upgrade'>;
  /** Path of the graph. */
  path: string;
  /** Called before each request: starts what the gateway does besides serving, once. */
  begin(): void;
}

export class Embedding {
  readonly #options: EmbeddingOptions;

  constructor(options: EmbeddingOptions) {
    this.#options = options;
  }

  /** Resolves when the response is complete, or its client has left. */
  readonly listener = (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { begin, handler } = this.#options;
    // The client has left already.
    if (response.destroyed || response.writableEnded) return Promise.resolve();
    begin();
    const closed = new Promise<void>((resolve) => {
      response.once('close', resolve);
    });
    const message = messageFrom(request as FrameworkRequest);
    if (typeof message === 'string') {
      sendJson(response, 500, rejectedResponse('INTERNAL_SERVER_ERROR', { message }).body);
    } else if (request.httpVersionMajor > 1) void this.#relay(message, response as unknown as Http2ServerResponse);
    else {
      if (!(response instanceof GuardedResponse)) response.setHeader(noSniff, 'nosniff');
      handler.serve(message, response, true);
    }
    return closed;
  };

  /**
   * @throws TypeError (as a rejection) for a request whose body was read before; the reason of the request's signal
   * where it is aborted.
   */
  readonly fetch = async (request: Request, options: FetchOptions = {}): Promise<Response> => {
    if (request.bodyUsed)
      throw new TypeError('The body of the request was read before the gateway: pass a clone of it.');
    const { protocol, host, pathname, search } = new URL(request.url);
    const { remoteAddress } = options;
    const parts: MessageParts = {
      method: request.method,
      url: pathname + search,
      ...headersOf(request.headers, host),
      body: request.body && chunksOf(request.body),
      // Some servers pass objects of their own as a second argument.
      remoteAddress: typeof remoteAddress === 'string' ? remoteAddress : undefined,
      encrypted: protocol === 'https:',
    };
    return this.#send(parts, request.signal);
  };

  /** @throws TypeError (as a rejection) for both a body and GraphQL parameters. */
  readonly inject = async (request: InjectedRequest): Promise<InjectedResponse> =>
    injectedResponse(await this.#send(injectedParts(request, this.#options.path), request.signal));

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { begin, handler } = this.#options;
    begin();
    const { originalUrl } = request as FrameworkRequest;
    if (originalUrl !== undefined) request.url = originalUrl;
    if (handler.acceptsWebSockets) {
      handler.upgrade(request, socket, head);
      return;
    }
    socket.on('error', () => socket.destroy());
    socket.once('finish', () => socket.destroy());
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  };

  /** Responses of Node over HTTP/2 differ from those of HTTP/1.1 in what the gateway uses of them. */
  async #relay(message: IncomingMessage, response: Http2ServerResponse): Promise<void> {
    const client = new AbortController();
    const { signal } = client;
    response.once('close', () => client.abort());
    try {
      const { status, headers, body } = await this.#capture(message, signal);
      response.writeHead(status, [...headers].flat());
      // A loop that ends early cancels the body.
      for await (const chunk of body ?? []) if (!response.write(chunk)) await once(response, 'drain', { signal });
      response.end();
    } catch {
      // The client has left, or the gateway has cut the response off. Destroyed with an error, Node's request would emit
      // it, and without a listener that ends the process.
      response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  }

  #send(parts: MessageParts, signal: AbortSignal | undefined): Promise<Response> {
    signal?.throwIfAborted();
    this.#options.begin();
    return this.#capture(new Message(parts), signal);
  }

  #capture(message: IncomingMessage, signal: AbortSignal | undefined): Promise<Response> {
    const response = new CapturedResponse(message);
    if (signal) {
      const leave = () => response.destroy(signal.reason);
      signal.addEventListener('abort', leave);
      response.once('close', () => signal.removeEventListener('abort', leave));
    }
    // A body that breaks off is that of a client that has left.
    message.once('error', (error) => response.destroy(error));
    this.#options.handler.serve(message, response, true);
    return response.captured;
  }
}

function chunksOf(body: ReadableStream<Uint8Array>): AsyncIterator<Uint8Array> {
  const reader = body.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done: false, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
