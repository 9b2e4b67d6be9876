// Opens an address of a subgraph: its connections, and the header fields that requests to it have.
import type { SourceAddress } from './address-source.ts';
import { type Connection, type ConnectionPool, InProcessPool } from './connection.ts';
import type { SubgraphConnections } from './connection-options.ts';
import { Http1Pool } from './http1/http1-pool.ts';
import { Http2Pool, type Http2PoolOptions } from './http2-pool.ts';
import { acceptedCodings } from './response-codings.ts';
import { hasAuthorization, parseAddress } from './subgraph-address.ts';
import { WebSocketTarget } from './subscriptions/web-socket-target.ts';
import { openUpload } from './uploads/upload-connection.ts';
import type { UpstreamOptions } from './upstream.ts';

export interface OpenOptions {
  /** Header fields of every request, names in lower case and values in turn. Default: none. */
  headers?: readonly string[];
  /** Header fields of the requests' form. Default: those of GraphQL over HTTP. */
  formHeaders?: readonly string[];
  /** Whether compressed responses are accepted; default true. */
  compression?: boolean;
  /** Maximum number of connections. */
  connections: number;
  /** Milliseconds for a connection. */
  connectTimeout: number;
  /** Milliseconds after which a connection gets no more requests. */
  connectionAge: number;
  connecting: SubgraphConnections;
  /** Connects to what serves the subgraph in place of the address. */
  connect?: (() => Connection) | undefined;
  /** Whether subscriptions have WebSockets; default false. */
  hasWebSockets?: boolean;
  /** Path and query of subscriptions, in place of those of the address. */
  streamPath?: string | null;
}

const ownHeaders = [
  'content-type',
  'application/json',
  'accept',
  'application/graphql-response+json, application/json;q=0.9',
];

/** `text/event-stream` alone: graphql-sse compares the whole value, and uses another protocol for anything else. */
const ownStreamHeaders = ['content-type', 'application/json', 'accept', 'text/event-stream'];

const none: readonly string[] = [];

/** What distinguishes an address from the others of its subgraph; it may have credentials. */
export function keyOf({ url, ip }: SourceAddress): string {
  return ip === undefined ? url : `${url} ${ip}`;
}

export function openUpstream(address: SourceAddress, options: OpenOptions): UpstreamOptions {
  const { connect, connecting, connectTimeout, compression, headers = none, formHeaders = ownHeaders } = options;
  const { hasWebSockets = false, streamPath } = options;
  const { label, origin, path, credentials, ip, socketPath } = parseAddress(address.url, address.ip);
  const own = [...credentials, ...headers];
  const target = { ...options, ip, socketPath };
  const codings = compression === false ? none : ['accept-encoding', acceptedCodings];
  return {
    ...{ key: keyOf(address), label, origin, path, streamPath: streamPath ?? path },
    headers: [...formHeaders, ...codings, ...own],
    streamHeaders: [...ownStreamHeaders, ...own],
    hasCredentials: hasAuthorization(own),
    openUpload:
      connecting.signs || connect ? null : () => openUpload(origin, { ip, socketPath, connectTimeout }, connecting),
    pool: connect ? new InProcessPool(connect) : openPool({ ...target, origin }),
    webSocket: hasWebSockets ? new WebSocketTarget(origin, streamPath ?? path, own, target, connecting) : null,
  };
}

function openPool(options: OpenOptions & Http2PoolOptions): ConnectionPool {
  const { origin, connecting, connections, connectionAge } = options;
  if (connecting.allowsH2 && origin.startsWith('https:')) return new Http2Pool(options, connecting);
  const sockets = connecting.sockets(origin, options);
  const sign = (connection: Connection) => connecting.signing(origin, connection);
  return new Http1Pool({ sockets, connections, connectionAge, sign });
}
