// Injected requests: a request without a port or a connection, for tests of a gateway, with its whole response.
import type { IncomingHttpHeaders } from 'node:http';
import { headersOf, type MessageParts } from './message.ts';

/** A request for `gateway.inject`. */
export interface InjectedRequest {
  /** Default: POST where there is something to send, else GET. */
  method?: string;
  /** With its query string, such as "/graphql/web". Default: the path of the graph. */
  path?: string;
  /** Default: `content-type: application/json` where the gateway makes the body, and `host: localhost`. */
  headers?: Readonly<Record<string, string>>;
  /** GraphQL parameters: in the body as JSON, or of a GET in the URL. */
  query?: string;
  variables?: Readonly<Record<string, unknown>>;
  operationName?: string;
  /** The id of a trusted document. */
  documentId?: string;
  extensions?: Readonly<Record<string, unknown>>;
  /** A body as it is, in place of the GraphQL parameters; an object or a list is sent as JSON. */
  body?: string | Uint8Array | object;
  /** Address of the client. Default: "127.0.0.1". */
  remoteAddress?: string;
  /** Ends the request, as a client that closes its connection; `inject` then rejects with its reason. */
  signal?: AbortSignal;
}

/** The response to an injected request. A stream, such as that of a subscription, is read to its end. */
export interface InjectedResponse {
  status: number;
  /** By name in lower case; several of `set-cookie` are a list. */
  headers: IncomingHttpHeaders;
  /** The body as text. */
  body: string;
  /** The body as it is, such as a compressed one. */
  bytes: Buffer;
  /**
   * The body, parsed as JSON.
   * @throws SyntaxError for a body that is no JSON.
   */
  json<Value = unknown>(): Value;
}

const parameterNames = ['query', 'variables', 'operationName', 'documentId', 'extensions'] as const;

/** @throws TypeError for both a body and GraphQL parameters. */
export function injectedParts(request: InjectedRequest, graphPath: string): MessageParts {
  const { path = graphPath, body, remoteAddress = '127.0.0.1' } = request;
  const parameters = parameterNames.filter((name) => request[name] !== undefined);
  if (body !== undefined && parameters.length > 0) {
    throw new TypeError(`inject: give "body" or GraphQL parameters, not both: it has ${parameters.join(', ')} as well`);
  }
  const { method = body !== undefined || parameters.length > 0 ? 'POST' : 'GET' } = request;
  const isInUrl = method === 'GET' || method === 'HEAD';
  const given = new Map(Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const values = Object.fromEntries(parameters.map((name) => [name, request[name]]));
  const sent = body ?? (parameters.length > 0 && !isInUrl ? values : null);
  const isMade = sent !== null && typeof sent !== 'string' && !(sent instanceof Uint8Array);
  const bytes = sent === null ? null : Buffer.from(isMade ? JSON.stringify(sent) : sent);
  if (isMade && !given.has('content-type')) given.set('content-type', 'application/json');
  if (bytes && !given.has('content-length')) given.set('content-length', String(bytes.length));
  return {
    method,
    url: isInUrl ? withParameters(path, values) : path,
    ...headersOf(given, 'localhost'),
    body: bytes,
    remoteAddress,
    encrypted: false,
  };
}

function withParameters(path: string, values: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return search.size === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${search}`;
}

/** Reads the response to its end. */
export async function injectedResponse(response: Response): Promise<InjectedResponse> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const headers: IncomingHttpHeaders = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const body = bytes.toString();
  return { status: response.status, headers, body, bytes, json: () => JSON.parse(body) };
}
