// GraphQL response of a subgraph, parsed from the body of an HTTP response or from one event of a stream: the one place
// that decides whether it is valid.

import { isAscii } from 'node:buffer';
import { ErrorCode } from '../errors.ts';
import { type EscapeSet, escapesIn } from '../json/escape-set.ts';
import { isUtf8Type, parseMediaType } from '../json/media-type.ts';
import { NumberText } from '../json/number-text.ts';
import { parseJson } from '../json/parse-json.ts';
import { decodeUtf8, withoutByteOrderMark } from '../json/utf8.ts';
import type { CacheDirectives } from './cache-directives.ts';
import type { ReceivedHeaders } from './received-headers.ts';
import { rejection } from './rejected-request.ts';
import { SubgraphError } from './subgraph-error.ts';

/** GraphQL response as the subgraph sent it; it has `data`, `errors` or both. */
export interface SubgraphResponse {
  data?: Record<string, unknown> | null;
  errors?: readonly unknown[];
  /** Characters that need escaping in its strings when they are serialized again. */
  escapes?: EscapeSet;
  /** True where other requests share its objects, which must not be changed then. */
  isShared?: boolean;
  /** True for the errors of a whole request in a response with a status of 5xx, without data. */
  isOutage?: boolean;
  /** Those of its errors that are failures of whole requests, of the several that a service of another protocol gets. */
  outages?: ReadonlySet<unknown>;
  /** Limits to caching; absent without any. */
  directives?: CacheDirectives;
  /** Header fields for the client; absent without any. */
  headers?: ReceivedHeaders;
}

/** Header values and parse options for a response body. */
export interface ResponseFacts {
  /** Value of `Retry-After`, if present. */
  retryAfter?: string | undefined;
  /** Value of `Content-Type`, if present. */
  contentType?: string | undefined;
  /** All header fields, for services that do not speak GraphQL. */
  headers?: Readonly<Record<string, string | string[] | undefined>> | undefined;
  /** Whether numbers with exponents preserve their text as well, for custom scalars; default true. */
  exponents?: boolean | undefined;
}

/** Method, accepted types, content type: statuses that reject how the gateway requests, whatever a client has sent. */
const rejectingStatuses: ReadonlySet<number> = new Set([405, 406, 415]);

/** Reads the body of an HTTP response. Returns the GraphQL response, or the error for a body that is not one. */
export function readResponse(
  subgraph: string,
  status: number,
  body: Buffer,
  { retryAfter, contentType, exponents }: ResponseFacts = {},
): SubgraphResponse | SubgraphError {
  const text = isOtherCharset(contentType) && !isAscii(body) ? null : decodeUtf8(body);
  const response = text === null ? undefined : parseResponse(text, exponents);
  if (response && (response.data || !rejectingStatuses.has(status))) {
    return status >= 500 && isFailedService(response) ? { ...response, isOutage: true } : response;
  }
  const rejected = rejection(subgraph, status, retryAfter);
  if (rejected) return rejected;
  if (status >= 500) {
    const detail = `HTTP status ${status} without a GraphQL response`;
    return new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail);
  }
  const found = response ? reasonIn(response) : text === null ? 'not UTF-8' : 'not a GraphQL response';
  return new SubgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE', `HTTP status ${status}, ${body.length} bytes, ${found}`);
}

/**
 * Codes of errors that reject a caller or a request: servers that throw them before they execute anything often return
 * them with the status 500.
 */
const rejectingCodes: ReadonlySet<unknown> = new Set([
  ErrorCode.UNAUTHENTICATED,
  ErrorCode.FORBIDDEN,
  ErrorCode.BAD_REQUEST,
  ErrorCode.BAD_USER_INPUT,
  ErrorCode.GRAPHQL_PARSE_FAILED,
  ErrorCode.GRAPHQL_VALIDATION_FAILED,
  ErrorCode.OPERATION_RESOLUTION_FAILURE,
  ErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
]);

/** Whether there is no data, and no error that belongs to a field or rejects the caller. */
function isFailedService({ data, errors = [] }: SubgraphResponse): boolean {
  return !data && errors.every((error) => !isOfFieldOrCaller(error as ReportedError | null));
}

interface ReportedError {
  path?: unknown;
  extensions?: { code?: unknown } | null;
}

function isOfFieldOrCaller(error: ReportedError | null): boolean {
  return Array.isArray(error?.path) || rejectingCodes.has(error?.extensions?.code);
}

/** Message of the first error, for the log. */
function reasonIn({ errors = [] }: SubgraphResponse): string {
  const [first] = errors as { message?: unknown }[];
  return typeof first?.message === 'string' ? first.message.slice(0, 200) : 'a GraphQL response';
}

function isOtherCharset(contentType: string | undefined): boolean {
  // Most types name no charset.
  const type = contentType !== undefined && /charset/i.test(contentType) ? parseMediaType(contentType) : null;
  return type !== null && !isUtf8Type(type);
}

/** A GraphQL response map (specification section 7.1), or undefined if the text is not one. */
export function parseResponse(text: string, exponents = true): SubgraphResponse | undefined {
  let value: unknown;
  try {
    value = parseJson(withoutByteOrderMark(text), exponents);
  } catch {
    return undefined;
  }
  return responseIn(value, text);
}

/** The GraphQL response map in parsed JSON, or undefined where it is none. @param text that has it. */
export function responseIn(value: unknown, text: string): SubgraphResponse | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  const hasData = typeof data === 'object' && !Array.isArray(data) && !(data instanceof NumberText);
  // Malformed errors are errors all the same: data beside them must not be taken for complete.
  if (errors !== undefined && errors !== null && !Array.isArray(errors)) return undefined;
  const hasErrors = Array.isArray(errors) && errors.length > 0;
  if (!hasErrors && (!hasData || data === null)) return undefined;
  return {
    ...(hasData && { data: data as Record<string, unknown> | null }),
    ...(hasErrors && { errors }),
    escapes: escapesIn(text),
  };
}
