// Methods of a path (RFC 9110, sections 9.1, 9.3.7 and 15.5.6): OPTIONS lists them in `Allow`, and others are rejected
// with the same list. HEAD belongs to every path with GET.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { rejectedResponse } from '../errors.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import { rejectUnread } from './json-response.ts';

/** The value of `Allow` for a path with these methods. */
export function allowed(...methods: ('GET' | 'POST' | 'PUT')[]): string {
  return [...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');
}

/** Of the paths of graphs. */
export const graphMethods = allowed('GET', 'POST');

/**
 * Responds to OPTIONS, and to methods that the path does not have; returns false for the path's own methods.
 * @param allow a list that `allowed` returns.
 */
export function handleOtherMethods({ method = '' }: IncomingMessage, response: ServerResponse, allow: string): boolean {
  if (method === 'OPTIONS') {
    sendOptions(response, allow);
    return true;
  }
  if (allow.split(', ').includes(method)) return false;
  response.setHeader('allow', allow);
  const message = `This path has no method ${method}. Use one of ${allow}.`;
  rejectUnread(response, rejectedResponse('BAD_REQUEST', { message, status: 405 }));
  return true;
}

export function sendOptions(response: ServerResponse, allow: string): void {
  response.writeHead(204, { allow });
  response.end();
}

/** Whether it is the request of a browser that precedes one of another origin's page (Fetch standard, "CORS-preflight request"). */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/**
 * A HEAD is served as the GET that it stands for: Node leaves the body out by the method of the response
 * (RFC 9110, section 9.3.2).
 */
export function asGet(request: IncomingMessage, context: RequestContext): void {
  request.method = 'GET';
  context.omitsBody = true;
}
