// Request head: settings from the head of an HTTP request, which apply to all of its operations.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Settings from the head of a request, for all of its operations. */
export interface RequestHead {
  requestId: string;
  /** False with `no-cache`, `max-age=0` or `no-store` in the request (RFC 9111, section 5.2.1). */
  allowCacheRead: boolean;
  /** False with `no-store` in the request. */
  allowCacheWrite: boolean;
  /** Whether downstream caches store the response by its URL: any method but POST. */
  isByUrl: boolean;
  /** Header fields of the request; of a WebSocket's, those of its upgrade request. */
  requestHeaders: IncomingHttpHeaders;
}

export function headOf(request: IncomingMessage): RequestHead {
  const directives = request.headers['cache-control']?.toLowerCase().split(/[\s,]+/) ?? [];
  const allowCacheWrite = !directives.includes('no-store');
  return {
    requestId: requestIdOf(request),
    allowCacheWrite,
    // A browser that reloads a page sends "max-age=0".
    allowCacheRead: allowCacheWrite && !directives.includes('no-cache') && !directives.includes('max-age=0'),
    isByUrl: request.method !== 'POST',
    requestHeaders: request.headers,
  };
}

/** Copy of the fields of a request head. */
export function headFields({
  requestId,
  allowCacheRead,
  allowCacheWrite,
  isByUrl,
  requestHeaders,
}: RequestHead): RequestHead {
  return { requestId, allowCacheRead, allowCacheWrite, isByUrl, requestHeaders };
}

/** The caller's `x-request-id` if it can be logged and forwarded, else a new one. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID();
}
