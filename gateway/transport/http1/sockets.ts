// Sockets: TCP and TLS connections to one address, each with a buffer of its own that it reads into.
import { connect as connectTcp, type OnReadOpts, type Socket, type SocketConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ConnectTarget } from '../connector.ts';

/** What verifies the service and, with a certificate and its key, proves the gateway to it. */
export type TlsCredentials = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'>;

export interface SocketOptions extends ConnectTarget {
  /** Scheme, host and port. */
  origin: string;
  /**
   * Called for each connection with TLS: another object for other credentials. What it throws is thrown by `open`.
   * Default: authorities that Node trusts, and no certificate.
   */
  credentials?: (() => TlsCredentials) | undefined;
}

/** The first `length` bytes of `buffer` have arrived. They are valid during the call alone. */
export type Receive = (length: number, buffer: Buffer) => void;

/** Bytes that one read takes at most. */
const READ_BYTES = 65_536;
const noCredentials: TlsCredentials = {};

export class Sockets {
  /** Value of the header field `Host`. */
  readonly host: string;
  /** Milliseconds for a connection. */
  readonly connectTimeout: number;
  readonly #isTls: boolean;
  readonly #hostname: string;
  readonly #target: { path: string } | { host: string; port: number };
  readonly #credentials: () => TlsCredentials;
  /** TLS session to resume, and the credentials that it began with. */
  #session: { ticket: Buffer; credentials: TlsCredentials } | undefined;

  constructor({ origin, ip, socketPath, connectTimeout, credentials }: SocketOptions) {
    const { host, hostname, port, protocol } = new URL(origin);
    this.host = host;
    this.connectTimeout = connectTimeout;
    this.#isTls = protocol === 'https:';
    this.#hostname = hostname.replace(/^\[|\]$/g, '');
    this.#target =
      socketPath === undefined
        ? { host: ip ?? this.#hostname, port: Number(port || (this.#isTls ? 443 : 80)) }
        : { path: socketPath };
    this.#credentials = credentials ?? (() => noCredentials);
  }

  /** Opens a connection; `opened` is called when it may be written to. Its errors are events of the socket. */
  open(receive: Receive, opened: () => void): Socket {
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (length: number, buffer: Uint8Array) => {
        receive(length, buffer as Buffer);
        return true;
      },
    };
    return this.#open({ onread }, opened);
  }

  /** Opens a connection that is read as a stream. Its errors are events of the socket. */
  openPlain(): Socket {
    return this.#open({}, () => {});
  }

  #open(read: { onread?: OnReadOpts }, opened: () => void): Socket {
    const options = { ...this.#target, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, ...read };
    return this.#isTls ? this.#openTls(options, opened) : connectTcp(options, opened);
  }

  #openTls(options: SocketConnectOpts, opened: () => void): Socket {
    const credentials = this.#credentials();
    const resumed = this.#session?.credentials === credentials ? { session: this.#session.ticket } : {};
    const socket = connectTls(
      {
        // An address is none of a server's names (RFC 6066, section 3).
        servername: /^[\d.]+$|:/.test(this.#hostname) ? '' : this.#hostname,
        host: this.#hostname,
        ...credentials,
        ...resumed,
        ...options,
        // NODE_TLS_REJECT_UNAUTHORIZED has no effect on it.
        rejectUnauthorized: true,
        ALPNProtocols: ['http/1.1'],
      },
      opened,
    );
    socket.on('session', (ticket) => {
      this.#session = { ticket, credentials };
    });
    return socket;
  }
}
