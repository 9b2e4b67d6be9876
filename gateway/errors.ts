// Errors with a code: made here and nowhere else, from what `error-catalogue.ts` has about the code; as errors of GraphQL, as plain
// data, and as closings of WebSockets.
import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import {
  type Closing,
  closeReasons,
  type Definition,
  type ErrorCode,
  errorDefinitions,
  type MessageOf,
  type StatusOf,
} from './error-catalogue.ts';

export { type Closing, closings, ErrorCode, errorDefinitions } from './error-catalogue.ts';

type Details = Readonly<Record<string, unknown>>;

interface Options<Code extends ErrorCode> extends Pick<GraphQLErrorOptions, 'nodes' | 'path'> {
  /** In place of the catalogue's. */
  message?: string;
  /** The `extensions` in addition to the code. */
  details?: Details;
  /** One of the catalogue's for the code; the first by default. */
  status?: StatusOf<Code>;
  /** Header fields of the response to a rejected request. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Whether the request cannot be read at all: its status is the same with `httpStatus: 'spec'`. Default: false. */
  isUnreadable?: boolean;
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
  const { nodes, path, details, status, headers, isUnreadable = false } = options as Options<ErrorCode>;
  const extensions = requestExtensions(code, details, status, headers);
  if (isUnreadable) Object.assign(extensions.http as object, { isUnreadable });
  return new GraphQLError(messageFor(code, options), { nodes, path, extensions });
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
  return Object.hasOwn(errorDefinitions, String(code)) ? errorDefinitions[code as ErrorCode].statuses[0] : undefined;
}

/**
 * HTTP status of a result without data, where its media type requires 4xx or 5xx and no error has a status of its own:
 * that of the first error's code, or 400 for the code of a hook, a plugin or a subgraph.
 */
export function statusWithoutData([first]: readonly GraphQLError[]): number {
  return statusOf(first?.extensions.code) ?? 400;
}

/** Status of a problem (RFC 9457) with this error: its own, or that of its code, or 400 for a code of others. */
export function problemStatusOf({ extensions }: Pick<GraphQLError, 'extensions'>): number {
  const own = (extensions.http as { status?: number } | undefined)?.status;
  if (own !== undefined && own >= 400) return own;
  const { code } = extensions;
  const known = Object.hasOwn(errorDefinitions, String(code)) ? errorDefinitions[code as ErrorCode] : undefined;
  return known?.statuses[0] ?? known?.problemStatus ?? 400;
}

/** The status with `httpStatus: 'spec'` of a request that an error rejects. @param status the classic one. */
export function specStatusOf({ extensions }: GraphQLError, status: number): number {
  const { code, http } = extensions as { code?: unknown; http?: { isUnreadable?: boolean } };
  const own = Object.hasOwn(errorDefinitions, String(code)) ? errorDefinitions[code as ErrorCode] : undefined;
  if (own?.specStatus === undefined || status !== own.statuses[0] || http?.isUnreadable) return status;
  return own.specStatus;
}

function messageFor(code: ErrorCode, options: object): string {
  const { message, details } = options as Options<ErrorCode>;
  if (message !== undefined) return message;
  const template = errorDefinitions[code].message as string | ((details: Details) => string);
  return typeof template === 'string' ? template : template(details ?? {});
}

/** Closing of a WebSocket with an error of the catalogue. */
export function closing(code: ErrorCode, message?: string): Closing {
  return closingWith(errorDefinitions[code].closeCodes?.[0], message);
}

/** Closing of a WebSocket whose connection is rejected. @param status HTTP status of such a rejection. */
export function closingOf({ status, errors: [error] }: { status: number; errors: readonly GraphQLError[] }): Closing {
  const code = error?.extensions.code;
  const own = Object.hasOwn(errorDefinitions, String(code)) ? errorDefinitions[code as ErrorCode] : undefined;
  // Errors of `identify` have codes that the catalogue does not have.
  return closingWith(closeCodeIn(own, status) ?? closeCodesByStatus.get(status), error?.message);
}

const closeCodesByStatus = new Map<number, number>();
for (const definition of Object.values(errorDefinitions)) {
  for (const status of definition.statuses) {
    const closeCode = closeCodeIn(definition, status);
    if (closeCode !== undefined && !closeCodesByStatus.has(status)) closeCodesByStatus.set(status, closeCode);
  }
}

function closeCodeIn(definition: Definition | undefined, status: number): number | undefined {
  return definition?.closeCodes?.[definition.statuses.indexOf(status)] ?? undefined;
}

function closingWith(closeCode: number | null | undefined, message: string | undefined): Closing {
  const code = closeCode ?? 4500;
  const name = closeReasons[code];
  return { code, reason: cut(message === undefined ? `${name}` : `${name}: ${message}`) };
}

/** A close frame has room for 123 bytes of UTF-8. */
function cut(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= 123) return reason;
  // A character cut in two becomes a replacement character of three bytes, which the limit leaves room for.
  return `${bytes
    .subarray(0, 117)
    .toString()
    .replace(/\ufffd$/, '')}…`;
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
