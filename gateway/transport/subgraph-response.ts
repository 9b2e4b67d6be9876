// GraphQL response of a subgraph, read from the bytes of an HTTP response or of one event of a stream: the one place that
// decides whether it can be used.
import { isAscii } from 'node:buffer';
import { NumberText } from '../json/number-text.ts';
import { parseJson } from '../json/parse-json.ts';
import { charsetOf, decodeUtf8, isUtf8Charset, withoutByteOrderMark } from '../json/utf8.ts';
import type { CacheDirectives } from './cache-directives.ts';
import { rejection } from './rejected-request.ts';
import { SubgraphError } from './subgraph-error.ts';

/** A GraphQL answer as the subgraph gave it; `data`, `errors` or both are there. */
export interface SubgraphResponse {
  data?: Record<string, unknown> | null;
  errors?: readonly unknown[];
  /** Characters that its strings must be searched for before they are written as JSON again; null for all there are. */
  escapes?: string | null;
  /** True where other requests have the same objects: nothing may be written to them. */
  isShared?: boolean;
  /** What limits caching; nothing, where it is not there. */
  directives?: CacheDirectives;
}

/** What else is known of a response. */
export interface ResponseFacts {
  /** Its `Retry-After`, if it has one. */
  retryAfter?: string | undefined;
  /** Its `Content-Type`, if it has one. */
  contentType?: string | undefined;
  /** Whether numbers with exponents keep their text too, for custom scalars; they do, unless given. */
  exponents?: boolean | undefined;
}

/**
 * Reads the body of an HTTP response. Returns the GraphQL response, or the error for a body that is none.
 */
export function readResponse(
  subgraph: string,
  status: number,
  body: Buffer,
  { retryAfter, contentType, exponents }: ResponseFacts = {},
): SubgraphResponse | SubgraphError {
  const text = isOtherCharset(contentType) && !isAscii(body) ? null : decodeUtf8(body);
  const response = text === null ? undefined : parseResponse(text, exponents);
  if (response) return response;
  const rejected = rejection(subgraph, status, retryAfter);
  if (rejected) return rejected;
  return status >= 500
    ? new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', `HTTP status ${status} without a GraphQL answer`)
    : new SubgraphError(
        subgraph,
        'SUBGRAPH_BAD_RESPONSE',
        `HTTP status ${status}, ${body.length} bytes, ${text === null ? 'not UTF-8' : 'no GraphQL answer'}`,
      );
}

function isOtherCharset(contentType: string | undefined): boolean {
  return contentType !== undefined && !isUtf8Charset(charsetOf(contentType));
}

/** A GraphQL response map (specification section 7.1), or undefined if the text is none. */
export function parseResponse(text: string, exponents = true): SubgraphResponse | undefined {
  let value: unknown;
  try {
    value = parseJson(withoutByteOrderMark(text), exponents);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  const hasData = typeof data === 'object' && !Array.isArray(data) && !(data instanceof NumberText);
  // Errors that cannot be read are errors all the same: what comes with them is not to be taken for whole.
  if (errors !== undefined && errors !== null && !Array.isArray(errors)) return undefined;
  const hasErrors = Array.isArray(errors) && errors.length > 0;
  if (!hasErrors && (!hasData || data === null)) return undefined;
  return {
    ...(hasData && { data: data as Record<string, unknown> | null }),
    ...(hasErrors && { errors }),
    escapes: escapesIn(text),
  };
}

/** Escapes (RFC 8259, section 7) that stand for a plain character. */
const simpleEscapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n' };

/** Escapes from which on a text counts as one with all of them: looking on would cost more than it saves. */
const MAX_ESCAPES = 10_000;

/**
 * Which characters are escaped in a JSON text. Most texts have none, or quotes and line ends only: then looking for those
 * in a string costs a fraction of looking for everything that JSON escapes.
 */
function escapesIn(text: string): string | null {
  let found = '';
  let count = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', at + 2)) {
    const character = simpleEscapes[text[at + 1] as string];
    // Of two, the writer searches for all as well.
    if (character === undefined || (found !== '' && found !== character) || count++ > MAX_ESCAPES) return null;
    found = character;
  }
  return found;
}
