// Error catalogue: every code in `extensions.code` of responses, with its HTTP status, its default message and its
// section of docs/errors.md. Errors with a code are made here and nowhere else.
import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

interface Definition {
  /** Section of docs/errors.md that explains the code; of a code with two uses, the one on rejected requests. */
  anchor: string;
  /** Whether a response with status 200 may contain it, at the path of a field. */
  inResponse: boolean;
  /** HTTP statuses of requests that are rejected with it, the default first; none if it rejects no requests. */
  statuses: readonly number[];
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
const document = { ...rejection, statuses: [400], rejectsDocument: true } as const;
const request = <const Statuses extends readonly number[]>(...statuses: Statuses) => ({ ...rejection, statuses });

const has = (what: string) => (excess: Excess) =>
  `The operation has ${excess.value} ${what}; the limit is ${excess.limit}.`;

const catalogue = {
  // What is missing from a response, by the subgraph that is the cause or by the gateway's own rules.
  SUBGRAPH_UNAVAILABLE: inResponse,
  SUBGRAPH_TIMEOUT: inResponse,
  SUBGRAPH_BAD_RESPONSE: inResponse,
  SUBGRAPH_ERROR: inResponse,
  TOO_MANY_SUBSCRIPTIONS: inResponse,
  VALUE_NOT_IN_VIEW: inResponse,
  ENTITY_KEY_MISSING: inResponse,
  RESOLVER_ERROR: inResponse,
  HOOK_ERROR: inResponse,
  ERRORS_OMITTED: {
    ...inResponse,
    message: ({ omitted }: { omitted: number }) =>
      `${omitted} more ${omitted === 1 ? 'error is' : 'errors are'} not shown.`,
  },

  // Both: at a field, or for the whole request.
  BAD_USER_INPUT: { ...document, inResponse: true },
  UNAUTHENTICATED: { ...request(401, 400), inResponse: true },
  FORBIDDEN: { ...request(403), inResponse: true },
  RATE_LIMIT_EXCEEDED: { ...request(429), inResponse: true },
  INTERNAL_SERVER_ERROR: { ...request(500), inResponse: true },
  REQUEST_CANCELLED: {
    // The status that log lines have for a client that has disconnected; RFC 9110 has none.
    ...request(499),
    inResponse: true,
    message: 'The request was cancelled.',
  },

  // The document is not executed.
  GRAPHQL_PARSE_FAILED: document,
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
  BAD_REQUEST: request(400, 405, 415),
  OPERATION_RESOLUTION_FAILURE: request(400),
  TOO_MANY_CHUNKS: request(400),
  BODY_TOO_LARGE: {
    ...request(413),
    message: ({ limit }: { limit: number }) => `The body of the request is longer than ${limit} bytes, the limit.`,
  },
  VARIABLES_TOO_LARGE: {
    ...request(413),
    message: ({ limit, value }: Excess) => `The variables take ${value} bytes; the limit is ${limit}.`,
  },
  BATCH_LIMIT_EXCEEDED: {
    ...request(413),
    message: ({ limit, value }: Excess) => `The batch has ${value} operations; the limit is ${limit}.`,
  },
  CSRF_PREVENTION_FAILED: request(403),
  AUTHENTICATION_UNAVAILABLE: request(503),
  NOT_FOUND: request(404),
  TOO_MANY_CONNECTIONS: request(503, 429),
  TOO_MANY_OPERATIONS: request(),
  OVERLOADED: {
    ...request(503),
    message: (_: { retryAfter: number }) => 'Too many operations are waiting to be planned. Try again later.',
  },
  SHUTTING_DOWN: request(503),

  // Persisted documents. Clients compare the first two messages, and expect status 200.
  PERSISTED_QUERY_NOT_FOUND: { ...request(200), message: 'PersistedQueryNotFound' },
  PERSISTED_QUERY_NOT_SUPPORTED: { ...request(200), message: 'PersistedQueryNotSupported' },
  PERSISTED_QUERY_ID_REQUIRED: {
    ...request(400),
    message:
      'Only trusted documents are accepted here: send the id of one, "documentId", in place of a query of your own.',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    ...request(400),
    message: 'The document is not among those that are accepted here: register it first.',
  },
  CANNOT_SEND_PQ_ID_AND_BODY: {
    ...request(400),
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

type Details = Readonly<Record<string, unknown>>;

type MessageOf<Code extends ErrorCode> = (typeof catalogue)[Code] extends { message: infer Message }
  ? Message
  : undefined;

interface Options<Code extends ErrorCode> extends Pick<GraphQLErrorOptions, 'nodes' | 'path'> {
  /** In place of the catalogue's. */
  message?: string;
  /** The `extensions` in addition to the code. */
  details?: Details;
  /** One of the catalogue's for the code; the first by default. */
  status?: (typeof catalogue)[Code]['statuses'][number];
  /** Header fields of the response to a rejected request. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** The required options: the message, or the details that it is made from. */
type OptionsOf<Code extends ErrorCode> =
  MessageOf<Code> extends string
    ? [options?: Options<Code>]
    : MessageOf<Code> extends (details: infer Required) => string
      ? [options: Options<Code> & { details: Required }]
      : [options: Options<Code> & { message: string }];

/** A rejection as plain data, for responses that are made without graphql-js. */
export interface RejectedResponse {
  status: number;
  body: { errors: [{ message: string; extensions: Details }] };
}

/** The error of a rejected request: `extensions.http` has its status for the transports, which remove it. */
export function requestError<Code extends ErrorCode>(code: Code, ...[options = {}]: OptionsOf<Code>): GraphQLError {
  const { nodes, path, details, status, headers } = options as Options<ErrorCode>;
  return new GraphQLError(messageFor(code, options), {
    nodes,
    path,
    extensions: requestExtensions(code, details, status, headers),
  });
}

/** The error of an operation; it does not change the status of the response. */
export function operationError<Code extends ErrorCode>(code: Code, ...[options = {}]: OptionsOf<Code>): GraphQLError {
  const { nodes, path, details } = options as Options<ErrorCode>;
  return new GraphQLError(messageFor(code, options), { nodes, path, extensions: errorExtensions(code, details) });
}

/** As `requestError`, without a GraphQLError, which would collect a stack. */
export function rejectedResponse<Code extends ErrorCode>(
  code: Code,
  ...[options = {}]: OptionsOf<Code>
): RejectedResponse {
  const { details, status } = options as Options<ErrorCode>;
  const error = { message: messageFor(code, options), extensions: errorExtensions(code, details) };
  return { status: status ?? statusOf(code) ?? 200, body: { errors: [error] } };
}

/** Extensions of an operation's error: the code and its details. */
export function errorExtensions(code: ErrorCode, details?: Details): Record<string, unknown> {
  const extensions: Record<string, unknown> = { code, ...details };
  // Details may be those of another error.
  extensions.code = code;
  return extensions;
}

/** Extensions of the error of a rejected request. @param headers of the response. */
export function requestExtensions(
  code: ErrorCode,
  details?: Details,
  status: number | undefined = statusOf(code),
  headers?: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const http = { ...(errorDefinitions[code].rejectsDocument && { spec: true }), status, ...(headers && { headers }) };
  return { ...errorExtensions(code, details), ...(status !== undefined && { http }) };
}

/** The default HTTP status of requests that are rejected with a code; undefined for other codes. */
export function statusOf(code: unknown): number | undefined {
  return Object.hasOwn(catalogue, String(code)) ? errorDefinitions[code as ErrorCode].statuses[0] : undefined;
}

function messageFor(code: ErrorCode, options: object): string {
  const { message, details } = options as Options<ErrorCode>;
  if (message !== undefined) return message;
  const template = errorDefinitions[code].message as string | ((details: Details) => string);
  return typeof template === 'string' ? template : template(details ?? {});
}

/**
 * Makes errors without stacks: a stack costs 40 times the rest of an error, and for a failed subgraph it only shows
 * code of the gateway.
 */
export function withoutStacks<Result>(make: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
