// Requests that Node rejects before the gateway sees them (not HTTP, a head that is too long, one that takes too long),
// and handshakes of TLS that fail: a log line for each, with the address of the peer and the reason.
import type { IncomingMessage } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { readAddress, unknownAddress } from '../policy/client-address.ts';
import { LimitedLog } from '../telemetry/limited-log.ts';
import type { Logger } from '../telemetry/log.ts';

interface ClientError extends Error {
  code?: string;
  /** Of the parser. */
  reason?: string;
}

/** Statuses of Node's responses, by code of the error; 400 for all others. */
const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Errors of a connection that has ended: nothing was rejected. */
const connectionErrors = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED']);

export class NodeRejections {
  readonly #lines: LimitedLog;
  readonly #timedOut = new WeakSet<object>();

  /**
   * Logs the requests that the server rejects. It is no listener of `clientError`: with one, Node would leave the
   * response to it, without saying whether another response has been begun on the connection.
   */
  constructor(server: Server, log: Logger) {
    this.#lines = new LimitedLog(log, 'request rejected');
    const emit = server.emit.bind(server) as (event: string | symbol, ...values: unknown[]) => boolean;
    server.emit = (event: string | symbol, ...values: unknown[]) => {
      if (event === 'clientError') this.#record(values[0] as ClientError, values[1] as Socket);
      return emit(event, ...values);
    };
    server.on('connect', (request, socket) => this.#rejectConnect(request, socket));
  }

  /** Whether a request on this connection was rejected because it took too long: its status is 408. */
  hasTimedOut(socket: Socket): boolean {
    return this.#timedOut.has(socket);
  }

  /** Without the bytes that the client has sent, which may hold credentials. */
  #record({ code = '', reason, message }: ClientError, socket: Socket): void {
    const { authorizationError } = socket as TLSSocket;
    if (authorizationError) {
      const rejected = `TLS: the client certificate is not accepted (${authorizationError})`;
      this.#lines.write(() => ({ address: addressOf(socket), reason: rejected, code: String(authorizationError) }));
      return;
    }
    if (connectionErrors.has(code)) return;
    if (/^ERR_(SSL|TLS)_/.test(code)) {
      // The connection ends without a response.
      this.#lines.write(() => ({ address: addressOf(socket), reason: `TLS: ${reason || message}`, code }));
      return;
    }
    const status = statuses[code] ?? 400;
    if (status === 408) this.#timedOut.add(socket);
    this.#lines.write(() => ({ address: addressOf(socket), status, reason: reason || message, code }));
  }

  /** @param socket over HTTP/2, the response. */
  #rejectConnect({ method, socket: { remoteAddress } }: IncomingMessage, socket: Duplex | Http2ServerResponse): void {
    this.#lines.write(() => ({ address: addressOf({ remoteAddress }), method, status: 405, reason: 'no proxy' }));
    if (socket instanceof Http2ServerResponse) {
      socket.writeHead(405, { allow: 'GET, POST' });
      socket.end();
      return;
    }
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nallow: GET, POST\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  }
}

function addressOf({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string {
  return (remoteAddress === undefined ? null : readAddress(remoteAddress)) ?? unknownAddress;
}
