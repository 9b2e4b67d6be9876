// WebSocket target: one address of a subgraph, for the handshakes of WebSockets (RFC 6455, section 4.1).
import type { Socket } from 'node:net';
import type { Fields } from '../connection.ts';
import type { SubgraphConnections } from '../connection-options.ts';
import { type ConnectTarget, ConnectTimeout } from '../connector.ts';

export class WebSocketTarget {
  /** Scheme, host, port, path and query. */
  readonly url: string;
  readonly #isTls: boolean;
  readonly #origin: string;
  readonly #path: string;
  readonly #own: Fields;
  readonly #connecting: SubgraphConnections;
  readonly #connectTimeout: number;
  readonly #open: () => Socket;

  /** @param own header fields of the gateway's own, names and values in turn. */
  constructor(origin: string, path: string, own: Fields, target: ConnectTarget, connecting: SubgraphConnections) {
    this.url = origin.replace(/^http/, 'ws') + path;
    this.#isTls = origin.startsWith('https:');
    this.#origin = origin;
    this.#path = path;
    this.#own = own;
    this.#connecting = connecting;
    this.#connectTimeout = target.connectTimeout;
    const sockets = connecting.sockets(origin, target);
    this.#open = () => sockets.openPlain();
  }

  /** A socket that is being connected. @param connected called when it is, with TLS. */
  connect(connected: () => void): Socket {
    const socket = this.#open();
    const timer = setTimeout(() => socket.destroy(new ConnectTimeout(this.#connectTimeout)), this.#connectTimeout);
    socket.once('close', () => clearTimeout(timer));
    return socket.once(this.#isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      connected();
    });
  }

  /**
   * The header fields of a handshake, with the signature where there is one.
   * @param fields of this handshake; the gateway's own take their place.
   * @throws Error without a secret in it, where it cannot be signed.
   */
  headers(fields: Fields): Record<string, string> {
    const all = [...fields, ...this.#own];
    const request = { method: 'GET', origin: this.#origin, path: this.#path, headers: all, body: '' };
    const signed = [...all, ...this.#connecting.signatureOf(request)];
    const headers: Record<string, string> = {};
    for (let index = 0; index < signed.length; index += 2)
      headers[signed[index] as string] = signed[index + 1] as string;
    return headers;
  }
}
