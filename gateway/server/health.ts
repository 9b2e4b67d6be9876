// For load balancers and orchestrators: is the process alive, and should it get requests.
import type { ServerResponse } from 'node:http';

const paths = new Map([
  ['/healthcheck', 'alive'],
  ['/health', 'alive'],
  ['/readiness', 'ready'],
]);

/** Answers a health path and returns true, or returns false. `ready` is false before start-up ends and while draining. */
export function handleHealth(path: string, method: string, response: ServerResponse, ready: boolean): boolean {
  const query = paths.get(path);
  if (!query || (method !== 'GET' && method !== 'HEAD')) return false;
  const fine = query === 'alive' || ready;
  const body = JSON.stringify({ status: fine ? 'ok' : 'unavailable' });
  response.writeHead(fine ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(method === 'HEAD' ? undefined : body);
  return true;
}
