// Response headers of a request, for clients and downstream caches.
import { privateHeaders } from '../cache/http-policy.ts';
import { type HeaderField, joinHeaderFields } from '../policy/rate-limits/index.ts';

/** How long downstream caches may store the response (RFC 9111). */
export interface ResponseFreshness {
  headers: Readonly<Record<string, string>>;
  etag: string | null;
}

/** Data of a request, besides its operation, that plugins have read. */
export interface ReadByPlugins {
  /** Header fields that the data depends on; `*` for any. */
  names: Set<string>;
  /** Whether the caller's identity was read. */
  identity: boolean;
  /** Whether header fields themselves were read. */
  fields: boolean;
}

/** Part of a request context that the header fields depend on. */
export interface HeaderSource {
  /** Other header fields, such as the request id and the remaining quotas of rate limits. */
  headers: readonly HeaderField[];
  /** Header fields for CORS; null where it is not configured. */
  cors: readonly HeaderField[] | null;
  /** Header fields of the request that selected the graph. */
  selectedBy: readonly string[];
  /** Null where plugins have read nothing that depends on the caller. */
  readByPlugins: ReadByPlugins | null;
  /** Header fields that hooks have read; null where they have read nothing that depends on the caller. */
  readByHooks: ReadonlySet<string> | null;
}

const none: readonly never[] = [];

export const noStore: HeaderField = ['cache-control', 'no-store'];

export function cacheableHeaders(
  { headers, cors, selectedBy, readByPlugins, readByHooks }: HeaderSource,
  freshness: ResponseFreshness,
): readonly HeaderField[] {
  const validator = freshness.etag === null ? none : [['etag', freshness.etag] as const];
  const read = [...(readByPlugins?.names ?? none), ...(readByHooks ?? none)];
  const vary = [freshness.headers.vary, cors ? 'Origin' : undefined, ...selectedBy, ...read]
    .filter((name) => name !== undefined)
    .join(', ');
  const fields = readByPlugins || readByHooks ? privateHeaders(freshness.headers) : freshness.headers;
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

/** Merges header fields: several limits may have fields of the same name. */
function joined(headers: readonly HeaderField[]): readonly HeaderField[] {
  return headers.length > 2 ? joinHeaderFields(headers) : headers;
}
