// Secure listener: HTTP/2 and HTTP/1.1 over TLS on one port, chosen by ALPN. Both have the same handlers and limits.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createSecureServer } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Ending } from '../guarded-response.ts';
import { http1Options, type Listener, type ListenerOptions } from '../listener.ts';
import { type ServerTls, tlsOptions, useRenewed } from '../server-tls.ts';
import { countedHttp2Response, Http2Request, Http2Response } from './http2-request.ts';
import { Sessions } from './sessions.ts';

/** Requests and event streams of one connection at the same time: the least that RFC 9113 recommends. */
const MAX_STREAMS = 100;

/** Streams that a client may reset at once, and in each second (CVE-2023-44487); then the connection is closed. */
const STREAM_RESETS = { streamResetBurst: 200, streamResetRate: 33 };

/** Megabytes that one connection may take for what is not sent or read yet. */
const MAX_SESSION_MEGABYTES = 32;

/** Milliseconds that a TLS handshake may take. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

export function createSecureListener(listening: ListenerOptions, tls: ServerTls): Listener {
  const { limits, unsent, shouldUpgrade, serve } = listening;
  const ending: Ending = { isNear: false };
  const { ServerResponse: Http1Response, ...forHttp1 } = http1Options(listening, ending);
  const options = {
    ...tlsOptions(tls),
    ...forHttp1,
    ...STREAM_RESETS,
    allowHTTP1: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxSessionMemory: MAX_SESSION_MEGABYTES,
    // Each field counts 32 bytes more than over HTTP/1.1.
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: limits.maxHeaderBytes },
    http1Options: { ServerResponse: Http1Response },
    Http2ServerRequest: Http2Request,
    Http2ServerResponse: countedHttp2Response(unsent),
  };
  const server = createSecureServer(options);
  Object.assign(server, { shouldUpgradeCallback: shouldUpgrade });
  const sessions = new Sessions(server, limits);
  const sockets = new Set<TLSSocket>();
  /** Connections over HTTP/1.1 without any request yet: Node does not close them as idle. */
  const unused = new Set<unknown>();
  let isClosed = false;
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') return;
    if (isClosed) socket.destroy();
    sockets.add(socket);
    unused.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      unused.delete(socket);
    });
  });
  const receive = (request: object, response: object) => {
    // Both have what the handlers use of a message over HTTP/1.1.
    const message = request as IncomingMessage;
    unused.delete(message.socket);
    if (response instanceof Http2Response) limitSending(response, limits.requestTimeout);
    serve(message, response as ServerResponse);
  };
  server.on('request', receive);
  // An expectation that is not known may be ignored (RFC 9110, section 10.1.1); Node would respond with 417.
  server.on('checkExpectation', receive);
  server.on('upgrade', ({ socket }: IncomingMessage) => unused.delete(socket));
  useRenewed(server, tls.files);
  const closeIdle = () => (server as unknown as { closeIdleConnections(): void }).closeIdleConnections();
  return {
    scheme: 'https',
    server,
    drain() {
      ending.isNear = true;
      sessions.drain();
    },
    close() {
      isClosed = true;
      sessions.close();
      closeIdle();
      for (const socket of sockets) if (unused.has(socket)) socket.destroy();
    },
    closeIdle,
    cut() {
      sessions.cut();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Node bounds the time of a request with its body over HTTP/1.1 alone. */
function limitSending(response: Http2Response, requestTimeout: number): void {
  const { stream } = response;
  // The request is complete with its head.
  if (stream.endAfterHeaders) return;
  const timer = setTimeout(() => {
    if (!response.headersSent) response.writeHead(408);
    response.end();
    stream.close(constants.NGHTTP2_NO_ERROR);
  }, requestTimeout);
  const clear = () => clearTimeout(timer);
  stream.once('end', clear);
  stream.once('close', clear);
}
