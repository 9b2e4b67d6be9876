// Error catalogue: every code in `extensions.code` of responses, with its HTTP status, the close code of a WebSocket that is closed
// with it, its default message and its section of docs/errors.md.

export interface Definition {
  /** Section of docs/errors.md that explains the code; of a code with two uses, the one on rejected requests. */
  anchor: string;
  /** Whether a response with status 200 may contain it, at the path of a field. */
  inResponse: boolean;
  /** HTTP statuses of requests that are rejected with it, the default first; none if it rejects no requests. */
  statuses: readonly number[];
  /**
   * With `httpStatus: 'spec'`, the status in place of the default one, whatever the media type is; absent where it is the same
   * (GraphQL over HTTP, "Status Codes").
   */
  specStatus?: number;
  /**
   * Close codes of WebSockets that are closed with it, each beside the status of the same place in `statuses`; null or none where
   * such a rejection closes no WebSocket. From graphql-transport-ws, RFC 6455 (section 7.4.1) and its registry: 1013 is "try again
   * later", after which clients connect again by themselves.
   */
  closeCodes?: readonly (number | null)[];
  /**
   * Status of the problem that the REST façade responds with where a field has the error, for a code without `statuses`:
   * partial data is no success there.
   */
  problemStatus?: number;
  /**
   * Whether a document is rejected. With `application/json` the status is 200 then, with
   * `application/graphql-response+json` the one in `statuses` (GraphQL over HTTP, section 6.4).
   */
  rejectsDocument: boolean;
  /** Message, or a function that makes it from the other `extensions`; absent where each use has its own. */
  message?: string | ((details: never) => string);
}

/** A limit, and the value that exceeds it. */
type Excess = Readonly<Record<'limit' | 'value', number>>;

const inResponse = { anchor: 'errors-in-a-response', inResponse: true, statuses: [], rejectsDocument: false } as const;
const rejection = { anchor: 'rejected-requests', inResponse: false, rejectsDocument: false } as const;
const document = { ...rejection, statuses: [400], specStatus: 422, rejectsDocument: true } as const;
const request = <const Statuses extends readonly number[]>(...statuses: Statuses) => ({ ...rejection, statuses });

/** Requests and WebSockets: pairs of HTTP status and close code. */
const connection = <const Pairs extends readonly (readonly [status: number, closeCode: number | null])[]>(
  ...pairs: Pairs
) => ({
  ...rejection,
  statuses: pairs.map(([status]) => status) as { readonly [Index in keyof Pairs]: Pairs[Index][0] },
  closeCodes: pairs.map(([, closeCode]) => closeCode),
});

const has = (what: string) => (excess: Excess) =>
  `The operation has ${excess.value} ${what}; the limit is ${excess.limit}.`;

const catalogue = {
  // What is missing from a response, by the subgraph that is the cause or by the gateway's own rules.
  SUBGRAPH_UNAVAILABLE: { ...inResponse, problemStatus: 503 },
  SUBGRAPH_TIMEOUT: { ...inResponse, problemStatus: 504 },
  SUBGRAPH_CIRCUIT_OPEN: { ...inResponse, problemStatus: 503 },
  SUBGRAPH_OVERLOADED: { ...inResponse, problemStatus: 503 },
  SUBGRAPH_BAD_RESPONSE: { ...inResponse, problemStatus: 502 },
  SUBGRAPH_ERROR: { ...inResponse, problemStatus: 502 },
  SUBGRAPH_COST_EXCEEDED: { ...inResponse, problemStatus: 429 },
  TOO_MANY_SUBSCRIPTIONS: { ...inResponse, problemStatus: 503 },
  TOO_MANY_EVENTS: { ...inResponse, problemStatus: 503 },
  EVENT_INVALID: { ...inResponse, problemStatus: 502, message: 'An event of this subscription could not be read.' },
  EVENTS_UNAVAILABLE: {
    ...inResponse,
    problemStatus: 503,
    message: 'The events of this subscription cannot be received now.',
  },
  VALUE_NOT_IN_VIEW: { ...inResponse, problemStatus: 502 },
  ENTITY_KEY_MISSING: { ...inResponse, problemStatus: 502 },
  RESOLVER_ERROR: { ...inResponse, problemStatus: 500 },
  HOOK_ERROR: { ...inResponse, problemStatus: 500 },
  ERRORS_OMITTED: {
    ...inResponse,
    message: ({ omitted }: { omitted: number }) =>
      `${omitted} more ${omitted === 1 ? 'error is' : 'errors are'} not shown.`,
  },

  // Both: at a field, or for the whole request.
  BAD_USER_INPUT: { ...document, inResponse: true },
  UNAUTHENTICATED: { ...connection([401, 4401], [400, 4400]), inResponse: true },
  FORBIDDEN: { ...connection([403, 4403]), inResponse: true },
  RATE_LIMIT_EXCEEDED: { ...connection([429, 4429]), inResponse: true },
  INTERNAL_SERVER_ERROR: { ...connection([500, 4500]), inResponse: true },
  REQUEST_CANCELLED: {
    // The status that log lines have for a client that has disconnected; RFC 9110 has none.
    ...request(499),
    inResponse: true,
    message: 'The request was cancelled.',
  },

  // The document is not executed.
  GRAPHQL_PARSE_FAILED: { ...document, specStatus: 400 },
  GRAPHQL_VALIDATION_FAILED: document,
  INTROSPECTION_DISABLED: document,
  MAX_DEPTH_EXCEEDED: {
    ...document,
    message: ({ limit, value }: Excess) => `The operation is ${value} levels deep; the limit is ${limit}.`,
  },
  MAX_ALIASES_EXCEEDED: { ...document, message: has('aliases') },
  MAX_ROOT_FIELDS_EXCEEDED: { ...document, message: has('root fields') },
  MAX_DIRECTIVES_EXCEEDED: { ...document, message: has('directives') },
  MAX_CONDITIONS_EXCEEDED: {
    ...document,
    message: ({ limit, value }: Excess) =>
      `The document has ${value} variables in @skip and @include; the limit is ${limit}.`,
  },
  TOKEN_LIMIT_EXCEEDED: {
    ...document,
    message: ({ limit, value }: Excess) => `The document has ${value} tokens or more; the limit is ${limit}.`,
  },
  COST_LIMIT_EXCEEDED: {
    ...document,
    message: ({ limit, value }: Excess) => `The operation costs ${value}; the limit is ${limit}.`,
  },
  OPERATION_TOO_COMPLEX: {
    ...document,
    message: ({ limit, limitName }: { limit: number; limitName: string }) =>
      `The operation is too complex: it takes more than ${limit} steps to analyze and plan ` +
      `("limits.${limitName}"). Select fewer fields, or split it.`,
  },
  OPERATION_NOT_PLANNABLE: document,

  // The request is not executed, whatever its document.
  // A request that can be read and is none of GraphQL; what cannot be read has its own status (`isUnreadable`).
  BAD_REQUEST: { ...connection([400, 4400], [405, null], [406, null], [415, null]), specStatus: 422 },
  OPERATION_RESOLUTION_FAILURE: { ...request(400), specStatus: 422 },
  TOO_MANY_CHUNKS: request(400),
  BODY_TOO_LARGE: {
    ...connection([413, 1009]),
    message: ({ limit }: { limit: number }) => `The body of the request is longer than ${limit} bytes, the limit.`,
  },
  VARIABLES_TOO_LARGE: {
    ...request(413),
    message: ({ limit, value }: Excess) => `The variables take ${value} bytes; the limit is ${limit}.`,
  },
  // Files of a request: before it is executed, or at the field whose service was getting them.
  UPLOAD_REJECTED: { ...request(400), inResponse: true },
  UPLOAD_TOO_LARGE: { ...request(413), inResponse: true },
  BATCH_LIMIT_EXCEEDED: {
    ...request(413),
    message: ({ limit, value }: Excess) => `The batch has ${value} operations; the limit is ${limit}.`,
  },
  CSRF_PREVENTION_FAILED: request(403),
  AUTHENTICATION_UNAVAILABLE: connection([503, 1013]),
  QUOTA_UNAVAILABLE: connection([503, 1013]),
  NOT_FOUND: request(404),
  TOO_MANY_CONNECTIONS: connection([503, null], [429, 4429]),
  TOO_MANY_OPERATIONS: request(),
  OVERLOADED: {
    ...request(503),
    message: (_: { retryAfter: number }) => 'Too many operations are waiting to be planned. Try again later.',
  },
  GATEWAY_TIMEOUT: {
    ...request(504),
    message: 'No response was ready before the deadline of the request. A mutation may have had its effect.',
  },
  OPERATION_BLOCKED: request(403, 429, 503),
  SHUTTING_DOWN: connection([503, 1001]),
  NOT_READY: request(503),

  // Persisted documents. Clients compare the first two messages, and expect status 200 with `application/json`.
  PERSISTED_QUERY_NOT_FOUND: { ...document, statuses: [404], specStatus: 404, message: 'PersistedQueryNotFound' },
  PERSISTED_QUERY_NOT_SUPPORTED: { ...document, message: 'PersistedQueryNotSupported' },
  PERSISTED_QUERY_ID_REQUIRED: {
    ...request(400),
    specStatus: 422,
    message:
      'Only trusted documents are accepted here: send the id of one, "documentId", in place of a query of your own.',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    ...request(400),
    specStatus: 422,
    message: 'The document is not among those that are accepted here: register it first.',
  },
  CANNOT_SEND_PQ_ID_AND_BODY: {
    ...request(400),
    specStatus: 422,
    message: 'The request names two different documents: send one id, or one query.',
  },
} as const satisfies Readonly<Record<string, Definition>>;

/**
 * Code of an error of the gateway, in `extensions.code` of responses; docs/errors.md explains each.
 * Errors that are passed on from subgraphs have the codes of the subgraphs.
 *
 * @example
 * ```ts
 * import type { ErrorCode } from 'concierge-gateway';
 *
 * const codes: ErrorCode[] = ['OVERLOADED', 'SUBGRAPH_TIMEOUT', 'SUBGRAPH_UNAVAILABLE'];
 * const temporary: ReadonlySet<string> = new Set(codes);
 * const canRetry = result.errors?.every(({ extensions }) => temporary.has(String(extensions?.code)));
 * ```
 */
export type ErrorCode = keyof typeof catalogue;

/** The catalogue, by code. */
export const errorDefinitions: Readonly<Record<ErrorCode, Definition>> = catalogue;

/** The codes, to compare with. */
export const ErrorCode = Object.fromEntries(Object.keys(catalogue).map((code) => [code, code])) as {
  readonly [Code in ErrorCode]: Code;
};

/** How and why a WebSocket is closed. */
export interface Closing {
  code: number;
  reason: string;
}

/** Closings that no HTTP response has an error for. */
export const closings = {
  /** RFC 6455: a message whose bytes do not match its type. */
  notUtf8: { code: 1007, reason: 'The message is not valid UTF-8' },
  /** A code of our own, after HTTP status 413: the client does not read its messages. It may connect again. */
  tooSlow: { code: 4413, reason: 'Too slow: messages are not read' },
} as const satisfies Readonly<Record<string, Closing>>;

/** Beginnings of the reasons of closings. */
export const closeReasons: Readonly<Record<number, string>> = {
  1001: 'Going away',
  1009: 'Message too big',
  1013: 'Unavailable',
  4400: 'Bad request',
  4401: 'Unauthorized',
  4403: 'Forbidden',
  4429: 'Too many requests',
  4500: 'Internal server error',
};

/**
 * The messages of errors, as the catalogue types them: a text, a function of the details, or undefined where each use has its own.
 */
export type MessageOf<Code extends ErrorCode> = (typeof catalogue)[Code] extends { message: infer Message }
  ? Message
  : undefined;

export type StatusOf<Code extends ErrorCode> = (typeof catalogue)[Code]['statuses'][number];
