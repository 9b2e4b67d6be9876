// Connections of one subgraph: the HTTP version, the TLS files and the signature of everything that is sent to it. The
// only place that opens connections to subgraphs.
import type { SignConfig } from '../config/sign.ts';
import type { SubgraphTlsConfig } from '../config/tls.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Connection } from './connection.ts';
import { type Connector, type ConnectTarget, openConnector, withTimeout } from './connector.ts';
import { Sockets, type TlsCredentials } from './http1/sockets.ts';
import { createSigner } from './sign/create-signer.ts';
import type { SignedRequest, Signer } from './sign/signer.ts';
import { SigningConnection } from './sign/signing-connection.ts';
import { type Credentials, TlsFiles } from './tls-files.ts';

export interface SubgraphConnectionOptions {
  /** Highest version of HTTP for queries and mutations; `2` only where the server offers it (ALPN). */
  http: '1.1' | '2';
  tls?: SubgraphTlsConfig | undefined;
  sign?: SignConfig | undefined;
  /** Base of relative paths. */
  folder: string;
  /** Paths of the sections in the configuration, for messages. */
  options: { tls: string; sign: string };
}

/** Connections over HTTP/1.1, with the certificates that Node trusts, and without a signature. */
export const plainConnections: SubgraphConnectionOptions = {
  http: '1.1',
  folder: '.',
  options: { tls: 'tls', sign: 'sign' },
};

export class SubgraphConnections {
  readonly #options: SubgraphConnectionOptions;
  #files: TlsFiles | undefined;
  #used: { read: Credentials; credentials: TlsCredentials } | undefined;
  #signer: Signer | undefined;
  #log: Pick<Logger, 'info' | 'warn'> | undefined;

  constructor(options: SubgraphConnectionOptions = plainConnections) {
    this.#options = options;
  }

  /** Whether HTTP/2 is offered for queries and mutations. */
  get allowsH2(): boolean {
    return this.#options.http === '2';
  }

  /** Whether requests are signed, with a hash of their body. */
  get signs(): boolean {
    return this.#options.sign !== undefined;
  }

  /**
   * Reads the files now, not with the first connection.
   * @throws ConfigError for files that are not valid.
   */
  prepare(log: Pick<Logger, 'info' | 'warn'>): void {
    this.#log = log;
    if (this.#options.tls) this.#readFiles(this.#options.tls);
    if (this.#options.sign) this.#sign(this.#options.sign);
  }

  /** Sockets of one address for HTTP/1.1. @param origin scheme, host and port. */
  sockets(origin: string, target: ConnectTarget): Sockets {
    const { tls } = this.#options;
    return new Sockets({ ...target, origin, credentials: tls && (() => this.#credentials(tls)) });
  }

  /** Opens the sockets of one address for undici: HTTP/2 is offered where `allowH2` is set and TLS is used. */
  connector(target: ConnectTarget, allowH2: boolean): Connector {
    return withTimeout(this.#connector(target, allowH2), target.connectTimeout);
  }

  /** The connection with the signature, where there is one. @param origin scheme, host and port. */
  signing(origin: string, connection: Connection): Connection {
    const { sign } = this.#options;
    return sign ? new SigningConnection(connection, origin, () => this.#sign(sign)) : connection;
  }

  /** The header fields of the signature; none where requests are not signed. @throws Error without a secret in it. */
  signatureOf(request: SignedRequest): readonly string[] {
    const { sign } = this.#options;
    return sign ? this.#sign(sign)(request) : [];
  }

  #sign(sign: SignConfig): Signer {
    const { folder, options } = this.#options;
    this.#signer ??= createSigner(sign, { folder, option: options.sign, log: this.#log });
    return this.#signer;
  }

  #readFiles(tls: SubgraphTlsConfig): TlsFiles {
    const { folder, options } = this.#options;
    this.#files ??= new TlsFiles(tls, { folder, option: options.tls, log: this.#log });
    return this.#files;
  }

  /** One object for each content of the files: a TLS session is resumed with the certificate that it began with. */
  #credentials(tls: SubgraphTlsConfig): TlsCredentials {
    const read = this.#readFiles(tls).current();
    if (read !== this.#used?.read) {
      const { servername } = tls;
      this.#used = { read, credentials: servername === undefined ? read : { ...read, servername } };
    }
    return this.#used.credentials;
  }

  #connector(target: ConnectTarget, allowH2: boolean): Connector {
    const { tls } = this.#options;
    // NODE_TLS_REJECT_UNAUTHORIZED has no effect on it.
    const common = { rejectUnauthorized: true, allowH2, preferH2: allowH2 };
    if (!tls) return openConnector(target, common);
    let used: TlsCredentials | undefined;
    let connect: Connector | undefined;
    return (options, callback) => {
      const credentials = this.#credentials(tls);
      if (!connect || credentials !== used) connect = openConnector(target, { ...common, ...credentials });
      used = credentials;
      return connect(tls.servername === undefined ? options : { ...options, servername: tls.servername }, callback);
    };
  }
}
