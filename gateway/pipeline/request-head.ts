// Request head: what the head of an HTTP request says for every operation that comes with it.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What the head of a request says, for every operation that comes with it. */
export interface RequestHead {
  requestId: string;
  /** False where the client wants a response made for it (RFC 9111, section 5.2.1). */
  allowCacheRead: boolean;
  /** False where the client wants its response forgotten. */
  allowCacheWrite: boolean;
  /** A response by URL, which downstream caches store under it. */
  isByUrl: boolean;
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
  };
}

/** Another record of the same fields. */
export function headFields({ requestId, allowCacheRead, allowCacheWrite, isByUrl }: RequestHead): RequestHead {
  return { requestId, allowCacheRead, allowCacheWrite, isByUrl };
}

/** The caller's `x-request-id` if it is one that can be logged and passed on, else a new one. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID();
}
