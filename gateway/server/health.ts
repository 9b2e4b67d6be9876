// Health checks for load balancers and orchestrators: liveness and readiness of the process.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { version } from '../config/version.ts';
import { allowed, handleOtherMethods } from './methods.ts';

const paths = new Map([
  ['/healthcheck', 'alive'],
  ['/health', 'alive'],
  ['/readiness', 'ready'],
]);

const methods = allowed('GET');

/**
 * Responds to a health check and returns true; else returns false. `ready` is false during start-up and while draining.
 */
export function handleHealth(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  ready: boolean,
): boolean {
  const check = paths.get(path);
  if (!check) return false;
  if (handleOtherMethods(request, response, methods)) return true;
  const isOk = check === 'alive' || ready;
  const body = JSON.stringify({ status: isOk ? 'ok' : 'unavailable', version });
  response.writeHead(isOk ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
  return true;
}
