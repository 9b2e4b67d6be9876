// Connections of one subgraph: the HTTP version, the TLS files and the signature of everything that is sent to it. The
// only place that opens connections to subgraphs.
import { buildConnector, Client, Pool } from 'undici';
import type { SignConfig } from '../config/sign.ts';
import type { SubgraphTlsConfig } from '../config/tls.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Connection } from './connection.ts';
import { createSigner } from './sign/create-signer.ts';
import type { Signer } from './sign/signer.ts';
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

/** Each exchange has one time-out of its own: undici's time-outs are per phase and coarse-grained. */
const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 };

export class SubgraphConnections {
  readonly #options: SubgraphConnectionOptions;
  readonly #connectRequest: buildConnector.connector;
  readonly #connectStream: buildConnector.connector;
  #files: TlsFiles | undefined;
  #signer: Signer | undefined;
  #log: Pick<Logger, 'info' | 'warn'> | undefined;

  constructor(options: SubgraphConnectionOptions = plainConnections) {
    this.#options = options;
    this.#connectRequest = this.#connector(options.http === '2');
    // Streams over HTTP/2 would share one connection, to fail together.
    this.#connectStream = this.#connector(false);
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

  /** Connections for queries and mutations. @param origin scheme, host and port. @param connections their maximum. */
  pool(origin: string, connections: number): Connection {
    const connect = this.#connectRequest;
    const allowH2 = this.#options.http === '2';
    return this.#signing(origin, new Pool(origin, { ...noTimeouts, connections, connect, allowH2 }));
  }

  /** A connection for one event stream. */
  single(origin: string): Connection {
    return this.#signing(origin, new Client(origin, { ...noTimeouts, connect: this.#connectStream, allowH2: false }));
  }

  #signing(origin: string, connection: Connection): Connection {
    const { sign } = this.#options;
    return sign ? new SigningConnection(connection, origin, () => this.#sign(sign)) : connection;
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

  /** One connector for each content of the files: a TLS session is resumed with the certificate that it began with. */
  #connector(allowH2: boolean): buildConnector.connector {
    const { tls } = this.#options;
    // NODE_TLS_REJECT_UNAUTHORIZED has no effect on it.
    const common = { rejectUnauthorized: true, allowH2, preferH2: allowH2 };
    if (!tls) return buildConnector(common);
    let used: Credentials | undefined;
    let connect: buildConnector.connector | undefined;
    return (options, callback) => {
      const credentials = this.#readFiles(tls).current();
      if (!connect || credentials !== used) connect = buildConnector({ ...common, ...credentials } as typeof common);
      used = credentials;
      connect(tls.servername === undefined ? options : { ...options, servername: tls.servername }, callback);
    };
  }
}
