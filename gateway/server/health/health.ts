// Health checks for load balancers and orchestrators: liveness and readiness of the process.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { version } from '../../config/version.ts';
import { allowed, handleOtherMethods } from '../methods.ts';

export interface Health {
  /** Whether it serves requests at all; false is a reason to restart it. */
  isAlive: boolean;
  /** Whether it takes requests now: false during start-up, while it is overloaded, and while it stops. */
  isReady: boolean;
}

const paths = new Map<string, keyof Health>([
  ['/healthcheck', 'isAlive'],
  ['/health', 'isAlive'],
  ['/readiness', 'isReady'],
]);

const methods = allowed('GET');

/** Responds to a health check and returns true; else returns false. */
export function handleHealth(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  health: () => Health,
): boolean {
  const check = paths.get(path);
  if (!check) return false;
  if (handleOtherMethods(request, response, methods)) return true;
  const isOk = health()[check];
  const body = JSON.stringify({ status: isOk ? 'ok' : 'unavailable', version });
  response.writeHead(isOk ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
  return true;
}
