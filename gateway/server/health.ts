// Health checks for load balancers and orchestrators: liveness and readiness of the process.
import type { ServerResponse } from 'node:http';

const paths = new Map([
  ['/healthcheck', 'alive'],
  ['/health', 'alive'],
  ['/readiness', 'ready'],
]);

/**
 * Responds to a health check and returns true; else returns false. `ready` is false during start-up and while draining.
 */
export function handleHealth(path: string, method: string, response: ServerResponse, ready: boolean): boolean {
  const check = paths.get(path);
  if (!check || (method !== 'GET' && method !== 'HEAD')) return false;
  const isOk = check === 'alive' || ready;
  const body = JSON.stringify({ status: isOk ? 'ok' : 'unavailable' });
  response.writeHead(isOk ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(method === 'HEAD' ? undefined : body);
  return true;
}
