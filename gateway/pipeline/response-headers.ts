// Response headers: what the response to a request tells clients and downstream caches about itself.
import { privateHeaders } from '../cache/http-policy.ts';
import { type HeaderField, joinHeaderFields } from '../policy/rate-limits/index.ts';

/** How long downstream caches may store the response (RFC 9111). */
export interface ResponseFreshness {
  headers: Readonly<Record<string, string>>;
  etag: string | null;
}

/** What plugins have read of a request besides its operation. */
export interface ReadByPlugins {
  /** Header fields, `*` where it may be any of them. */
  names: Set<string>;
  /** Who the caller is. */
  identity: boolean;
  /** Header fields themselves. */
  fields: boolean;
}

/** Of a request context: what the header fields depend on. */
export interface HeaderSource {
  /** Header fields besides, such as the request id and what is left of rate limits. */
  headers: readonly HeaderField[];
  /** Header fields for CORS; null where it is not configured. */
  cors: readonly HeaderField[] | null;
  /** Header fields of the request that selected the graph. */
  selectedBy: readonly string[];
  /** Null where plugins have read nothing of the caller. */
  readByPlugins: ReadByPlugins | null;
}

const none: readonly never[] = [];

export const noStore: HeaderField = ['cache-control', 'no-store'];

export function cacheableHeaders(
  { headers, cors, selectedBy, readByPlugins }: HeaderSource,
  freshness: ResponseFreshness,
): readonly HeaderField[] {
  const validator = freshness.etag === null ? none : [['etag', freshness.etag] as const];
  const vary = [freshness.headers.vary, cors ? 'Origin' : undefined, ...selectedBy, ...(readByPlugins?.names ?? none)]
    .filter((name) => name !== undefined)
    .join(', ');
  const fields = readByPlugins ? privateHeaders(freshness.headers) : freshness.headers;
  return [
    ...joined(headers),
    ...(cors ?? none),
    ...Object.entries({ ...fields, ...(vary !== '' && { vary }) }),
    ...validator,
  ];
}

export function uncachedHeaders({ headers, cors }: HeaderSource): readonly HeaderField[] {
  return cors ? [...joined(headers), ...cors, ['vary', 'Origin']] : joined(headers);
}

/** Of several limits each has fields; two of them cannot have the same name. */
function joined(headers: readonly HeaderField[]): readonly HeaderField[] {
  return headers.length > 2 ? joinHeaderFields(headers) : headers;
}
