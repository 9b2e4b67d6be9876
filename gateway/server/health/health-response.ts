// Response to a health check.
import type { ServerResponse } from 'node:http';
import { version } from '../../config/version.ts';

export interface Health {
  /** Whether it serves requests at all; false is a reason to restart it. */
  isAlive: boolean;
  /** Whether it takes requests now: false during start-up, while it is overloaded, and while it stops. */
  isReady: boolean;
}

/** Which part of the health each path is for. */
export const healthPaths: ReadonlyMap<string, keyof Health> = new Map([
  ['/healthcheck', 'isAlive'],
  ['/health', 'isAlive'],
  ['/readiness', 'isReady'],
]);

/** @param generation of what is served: 1 at the start, and one more with each reload. */
export function sendHealth(response: ServerResponse, isOk: boolean, generation: number): void {
  const body = JSON.stringify({ status: isOk ? 'ok' : 'unavailable', version, generation });
  response.writeHead(isOk ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
