// Address of a subgraph: the parts of its URL for the request line and header fields, and the failures after which
// another address may be tried.
import { SubgraphError } from './subgraph-error.ts';
import { type ConnectionError, tlsRemedy } from './tls-failures.ts';

export interface SubgraphAddress {
  /** Scheme, host and port. */
  origin: string;
  /** Path and query. */
  path: string;
  /** Header field with the credentials of the URL (RFC 7617), name and value in turn; empty without credentials. */
  credentials: readonly string[];
}

/**
 * Whether header fields of the gateway's own, names and values in turn, have credentials that take the caller's place.
 */
export function hasAuthorization(headers: readonly string[]): boolean {
  return headers.some((name, index) => index % 2 === 0 && name === 'authorization');
}

export function parseAddress(text: string): SubgraphAddress {
  const url = new URL(text);
  return { origin: url.origin, path: url.pathname + url.search, credentials: credentialsOf(url) };
}

/** Failures before a byte was sent: another address may be tried, whatever the operation. */
const notConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Failure to connect to one address of a subgraph. */
export class NotConnected extends Error {
  readonly asSubgraphError: SubgraphError;

  constructor(subgraph: string, detail: string) {
    super(detail);
    this.asSubgraphError = new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail);
  }
}

/** The failure for an error of the connection. */
export function connectionFailure(subgraph: string, error: ConnectionError): NotConnected | SubgraphError {
  const { code, message } = error;
  const remedy = tlsRemedy(error);
  const reason = remedy === undefined ? message : `${message.trim()} (${remedy})`;
  const detail = code ? `${code}: ${reason}` : reason;
  return notConnected.has(code ?? '')
    ? new NotConnected(subgraph, detail)
    : new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail);
}

function credentialsOf({ username, password }: URL): readonly string[] {
  if (username === '' && password === '') return [];
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return ['authorization', `Basic ${Buffer.from(credentials).toString('base64')}`];
}
