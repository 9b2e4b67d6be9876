// Connector: opens the sockets of one address of a subgraph, within a time-out of its own.
import { isIPv6, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';

export interface ConnectTarget {
  /** Milliseconds for the resolution of the name, the connection and the handshake of TLS together. */
  connectTimeout: number;
  /** IP address to connect to in place of the host name of the URL, which stays in `Host` and in TLS. */
  ip?: string | undefined;
  /** Path of a Unix domain socket, in place of host and port. */
  socketPath?: string | undefined;
}

/** As undici's connectors, with the socket that is being connected. */
export type Connector = (...args: Parameters<buildConnector.connector>) => { destroy(error: Error): unknown };

/** No connection within the time-out. */
export class ConnectTimeout extends Error {
  readonly code = 'CONNECT_TIMEOUT';

  constructor(timeout: number) {
    super(`no connection within ${timeout} ms`);
  }
}

/** TLS sessions are shared by the sockets of one connector. @param options of sockets and TLS. */
export function openConnector(
  { ip, socketPath }: Pick<ConnectTarget, 'ip' | 'socketPath'>,
  options: object,
): Connector {
  return buildConnector({
    ...options,
    // undici's own time-out has a resolution of half a second.
    timeout: 0,
    ...(socketPath !== undefined && { socketPath }),
    ...(ip !== undefined && { lookup: pinnedTo(ip) }),
  }) as Connector;
}

export function withTimeout(connect: Connector, timeout: number): Connector {
  return (options, callback) => {
    let isSettled = false;
    const socket = connect(options, (...result) => {
      isSettled = true;
      clearTimeout(timer);
      callback(...result);
    });
    const end = () => {
      if (!isSettled) socket.destroy(new ConnectTimeout(timeout));
    };
    // After a blocked event loop, it may be there already: it is seen before an immediate.
    const timer = setTimeout(() => setImmediate(end), timeout);
    return socket;
  };
}

function pinnedTo(ip: string): LookupFunction {
  const family = isIPv6(ip) ? 6 : 4;
  return (_name, options, callback) => {
    if (options.all) callback(null, [{ address: ip, family }]);
    else callback(null, ip, family);
  };
}
