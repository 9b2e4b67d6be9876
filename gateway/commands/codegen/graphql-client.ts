// GraphQL client over `fetch`, which is copied into every generated SDK with `request-values.ts`.
import { type Codecs, decoded, encoded, type Shape, writeVariables } from './request-values.ts';

/**
 * A generated document: its id, and the types of its variables and its data. Its text is in `texts.ts`, so that a page
 * that sends ids alone does not load it.
 */
export interface TypedDocument<Data, Variables> {
  /** Lower-case hexadecimal SHA-256 of the text: the id of a trusted document. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Where it has scalars with codecs; undefined where it has none. */
  readonly scalars?: { readonly variables: Shape; readonly data: Shape };
  /** Never set: it has the types, as in `@graphql-typed-document-node/core`. */
  readonly __apiType?: (variables: Variables) => Data;
}

/** One error of a response. */
export interface GraphQLFailure {
  message: string;
  /** `extensions.code`, such as "SUBGRAPH_UNAVAILABLE"; null where the error has none. */
  code: string | null;
  /** Path of the missing data; empty where the error is of the whole request. */
  path: readonly (string | number)[];
  extensions: Readonly<Record<string, unknown>>;
}

/** Result of an operation. Data may be partial: a field that failed is null, with an error at its path. */
export interface Result<Data> {
  data: Data | null;
  /** Empty when nothing failed. */
  errors: readonly GraphQLFailure[];
  /** Paths of fields that have a fallback, since a service is down (`extensions.degraded`); empty where none has. */
  degraded: readonly (readonly (string | number)[])[];
}

export interface ClientOptions {
  /** URL of the endpoint: `/graphql/web` in a page, with its origin elsewhere. */
  url: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Called before each request; its value is sent as `Authorization: Bearer …`, null sends nothing. */
  token?: () => string | null | Promise<string | null>;
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>>;
  /**
   * `texts` of `texts.ts`: documents' texts by id, which are sent in place of ids. Without it, only ids are sent, to a
   * gateway that has them as trusted documents.
   */
  texts?: Readonly<Record<string, string>>;
  /**
   * Sends queries by GET, which downstream caches can store. Mutations, and URLs beyond 2,048 characters, are posted.
   */
  useGet?: boolean;
  /** `graphql-client-name` and `graphql-client-version`; the client's own unless given. */
  name?: string;
  version?: string;
}

export interface RequestOptions {
  /** When it aborts, the request is cancelled, and its promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Sent with this request, in place of those of the client. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * A request without a GraphQL result: the network failed, a proxy responded, or the request was rejected as a whole.
 */
export class RequestError extends Error {
  override name = 'RequestError';
  /** Name of the operation. */
  readonly operation: string;
  /** HTTP status; null when no complete response arrived. */
  readonly status: number | null;
  /** The errors of the response, where it has any. */
  readonly errors: readonly GraphQLFailure[];
  /** Seconds to wait before another attempt, where the response has it. */
  readonly retryAfter: number | null;

  constructor(operation: string, message: string, found: Partial<RequestError> = {}) {
    super(`${operation}: ${message}`, { cause: found.cause });
    this.operation = operation;
    this.status = found.status ?? null;
    this.errors = found.errors ?? [];
    this.retryAfter = found.retryAfter ?? null;
  }
}

export type Request = <Data, Variables extends object>(
  document: TypedDocument<Data, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Result<Data>>;

/**
 * Makes the function that sends a document. It rejects with `RequestError` where there is no GraphQL result, and with
 * `TypeError` where a variable cannot be written as JSON or a codec fails; errors of fields are in the `errors` of the
 * result.
 */
export function requestWith(client: ClientOptions, codecs: Codecs = {}): Request {
  const { url, token, texts, useGet = false } = client;
  const send = client.fetch ?? ((address: string, init: RequestInit) => fetch(address, init));
  return async (document, variables, { signal, headers } = {}) => {
    const { id, name, type, scalars } = document;
    const written = writeVariables(name, encoded(name, variables, scalars?.variables, codecs));
    const sent: Record<string, string> = texts ? { query: textOf(id, name, texts) } : { documentId: id };
    const address = useGet && type === 'query' ? withParameters(url, sent, written) : url;
    const byGet = address !== url && address.length <= MAX_URL_LENGTH;
    const bearer = await token?.();
    const init: RequestInit = {
      method: byGet ? 'GET' : 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...(!byGet && { 'content-type': 'application/json' }),
        ...(client.name && { 'graphql-client-name': client.name }),
        ...(client.version && { 'graphql-client-version': client.version }),
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...client.headers,
        ...headers,
      },
      ...(!byGet && { body: `${JSON.stringify(sent).slice(0, -1)},"variables":${written}}` }),
      ...(signal && { signal }),
    };
    let response: Response;
    let text: string;
    try {
      response = await send(byGet ? address : url, init);
      text = await response.text();
    } catch (cause) {
      // Cancelled by the caller: its own reason.
      signal?.throwIfAborted();
      throw new RequestError(name, 'the server could not be reached, or broke off', { cause });
    }
    return readResult(name, response, text, (data) => decoded(name, data, scalars?.data, codecs));
  };
}

/** Characters that servers and proxies take in a URL, whatever they are. */
const MAX_URL_LENGTH = 2048;

/** GraphQL over HTTP, section 6.1: variables are JSON. */
function withParameters(url: string, sent: Record<string, string>, variables: string): string {
  const search = new URLSearchParams(sent);
  if (variables !== '{}') search.set('variables', variables);
  return `${url}${url.includes('?') ? '&' : '?'}${search}`;
}

function textOf(id: string, name: string, texts: Readonly<Record<string, string>>): string {
  const text = texts[id];
  if (text === undefined) throw new TypeError(`${name}: its text is not in the texts of this client`);
  return text;
}

function readResult<Data>(
  operation: string,
  response: Response,
  text: string,
  decode: (data: unknown) => unknown,
): Result<Data> {
  const { status, headers } = response;
  const body = parseObject(text);
  const errors = Array.isArray(body?.errors) ? body.errors.map(readFailure) : [];
  // Data is a result whatever the status; errors alone are one where the status is 2xx.
  if (body && ('data' in body || (response.ok && errors.length > 0))) {
    const { degraded } = (body.extensions ?? {}) as { degraded?: Result<Data>['degraded'] };
    return {
      data: decode(body.data ?? null) as Data | null,
      errors,
      degraded: Array.isArray(degraded) ? degraded : [],
    };
  }
  const reason =
    errors[0]?.message ?? (response.ok ? 'the response is not a GraphQL response' : 'the server rejected the request');
  const wait = Number(headers.get('retry-after') ?? Number.NaN);
  throw new RequestError(operation, `${reason} (HTTP ${status})`, {
    status,
    errors,
    retryAfter: Number.isNaN(wait) ? null : wait,
  });
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // A page of a proxy.
    return null;
  }
}

function readFailure(error: { message?: unknown; path?: unknown; extensions?: unknown } | null): GraphQLFailure {
  const extensions = (error?.extensions ?? {}) as Record<string, unknown>;
  return {
    message: String(error?.message ?? 'Something failed.'),
    code: typeof extensions.code === 'string' ? extensions.code : null,
    path: Array.isArray(error?.path) ? error.path : [],
    extensions,
  };
}
