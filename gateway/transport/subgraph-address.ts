// Address of a subgraph: the parts of its URL for the connection, the request line and header fields, and the failures
// to connect to it.
import { InvalidField } from './http1/request-text.ts';
import { InvalidResponse } from './http1/response-head.ts';
import { SubgraphError } from './subgraph-error.ts';
import { tlsRemedy } from './tls-failures.ts';

export interface SubgraphAddress {
  /** Its URL without credentials, and with the IP address where it is one of several of a name: for operators. */
  label: string;
  /** Scheme, host and port. */
  origin: string;
  /** Path and query. */
  path: string;
  /** Path of the Unix domain socket that it is; absent for others. */
  socketPath?: string;
  /** IP address that is connected to in place of the host's name; absent where the name is resolved. */
  ip?: string;
  /** Header field with the credentials of the URL (RFC 7617), name and value in turn; empty without credentials. */
  credentials: readonly string[];
}

/**
 * Whether header fields of the gateway's own, names and values in turn, have credentials that take the caller's place.
 */
export function hasAuthorization(headers: readonly string[]): boolean {
  return headers.some((name, index) => index % 2 === 0 && name === 'authorization');
}

/** `unix:/run/users.sock`, or with the path of the endpoint: `unix:/run/users.sock:/graphql`. */
const unixSocket = /^unix:(\/[^:]+)(?::(\/.*))?$/;

/**
 * @param text a URL, or a Unix domain socket.
 * @param ip one of the IP addresses of its host.
 */
export function parseAddress(text: string, ip?: string): SubgraphAddress {
  const [, socketPath, socketUrl = '/graphql'] = unixSocket.exec(text) ?? [];
  if (socketPath !== undefined) {
    return { label: text, origin: 'http://localhost', path: socketUrl, socketPath, credentials: [] };
  }
  const url = new URL(text);
  const { origin, pathname, search } = url;
  const label = `${origin}${pathname}${ip === undefined ? '' : ` (${ip})`}`;
  return { label, origin, path: pathname + search, ...(ip !== undefined && { ip }), credentials: credentialsOf(url) };
}

/** The request was not sent: another address may be tried, whatever the operation. */
export class NotConnected extends Error {
  readonly asSubgraphError: SubgraphError;

  constructor(subgraph: string, detail: string) {
    super(detail);
    this.asSubgraphError = new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail);
  }
}

/** What had happened to a request when its connection failed. */
export interface RequestProgress {
  /** Whether it was written to the connection, or may have been. */
  isSent: boolean;
  /** Whether another request was written to the same connection before. */
  isReused: boolean;
  /** Whether a byte of a response has arrived. */
  hasResponded: boolean;
}

/** The failure for an error of the connection. */
export function connectionFailure(
  subgraph: string,
  error: Error & { code?: string },
  { isSent, isReused, hasResponded }: RequestProgress,
): NotConnected | SubgraphError {
  if (error instanceof InvalidResponse) return new SubgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE', error.message);
  if (error instanceof InvalidField) return new SubgraphError(subgraph, 'SUBGRAPH_ERROR', error.message);
  const { code = '', message } = error;
  const remedy = tlsRemedy(code, isSent && !isReused && !hasResponded);
  const reason = remedy === undefined ? message : `${message.trim()} (${remedy})`;
  const detail = code ? `${code}: ${reason}` : reason;
  return isSent ? new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail) : new NotConnected(subgraph, detail);
}

function credentialsOf({ username, password }: URL): readonly string[] {
  if (username === '' && password === '') return [];
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return ['authorization', `Basic ${Buffer.from(credentials).toString('base64')}`];
}
