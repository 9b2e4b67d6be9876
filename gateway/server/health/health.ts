// Health checks for load balancers and orchestrators: liveness and readiness of the process.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { allowed, handleOtherMethods } from '../methods.ts';
import { type Health, healthPaths, sendHealth } from './health-response.ts';

const methods = allowed('GET');

/** Responds to a health check and returns true; else returns false. */
export function handleHealth(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  health: () => Health & { generation: number },
): boolean {
  const check = healthPaths.get(path);
  if (!check) return false;
  if (handleOtherMethods(request, response, methods)) return true;
  const current = health();
  sendHealth(response, current[check], current.generation);
  return true;
}
